import { countValues } from '../../statistics/bins.ts';
import { chiSquareFit } from '../../statistics/chi-square.ts';
import { byTest } from './detector.ts';

/** Evidently's chi-square: the reference is taken for the truth, and one value that is new to it is drift by itself. */
export const chiSquareFitDetector = byTest(
  'chi-square-fit',
  ['numeric', 'categorical'],
  (reference, current) => {
    const counts = countValues(reference, current);
    return chiSquareFit(counts.reference, counts.current);
  },
);
