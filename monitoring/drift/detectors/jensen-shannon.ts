import { countValues, evidentlyBins } from '../../../statistics/bins.ts';
import { jensenShannonDistance } from '../../../statistics/jensen-shannon.ts';
import { byDistance } from './detector.ts';

/** Jensen-Shannon distance (natural logarithm) over Evidently's bins. */
export const jensenShannon = byDistance(
  'jensen-shannon',
  ['numeric', 'categorical'],
  (reference, current, kind) => {
    const bins = kind === 'numeric' ? evidentlyBins(reference, current) : countValues(reference, current);
    return jensenShannonDistance(bins.reference, bins.current);
  },
);
