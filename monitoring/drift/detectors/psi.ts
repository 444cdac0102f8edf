import { countValues, evidentlyBins } from '../../../statistics/bins.ts';
import { populationStabilityIndex } from '../../../statistics/psi.ts';
import { byDistance } from './detector.ts';

/** Population stability index over Evidently's bins. */
export const psi = byDistance('psi', ['numeric', 'categorical'], (reference, current, kind) => {
  const bins = kind === 'numeric' ? evidentlyBins(reference, current) : countValues(reference, current);
  return populationStabilityIndex(bins.reference, bins.current);
});
