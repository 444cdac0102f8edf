import { countValues } from '../../../statistics/bins.ts';
import { chiSquareFit as testFit } from '../../../statistics/chi-square.ts';
import { byTest } from './detector.ts';

/** Evidently's chi-square: treats the reference as the true distribution, so a value it lacks is drift by itself. */
export const chiSquareFit = byTest('chi-square-fit', ['numeric', 'categorical'], (reference, current) => {
  const counts = countValues(reference, current);
  return testFit(counts.reference, counts.current);
});
