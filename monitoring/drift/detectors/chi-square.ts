import { countValues } from '../../../statistics/bins.ts';
import { chiSquareHomogeneity } from '../../../statistics/chi-square.ts';
import { byTest } from './detector.ts';

/** Pearson's test that both samples come from one distribution: the reference counts as a sample too. */
export const chiSquare = byTest('chi-square', ['numeric', 'categorical'], (reference, current) => {
  const counts = countValues(reference, current);
  return chiSquareHomogeneity(counts.reference, counts.current);
});
