import gammainc from '@stdlib/math-base-special-gammainc';
import { requireSameLength } from './checks.ts';
import { sharesOf } from './shares.ts';

export interface ChiSquare {
  /** Infinity if the current sample holds a category that the reference rules out. */
  statistic: number;
  degreesOfFreedom: number;
  pValue: number;
}

/**
 * Upper tail of the chi-square distribution, with full precision for tiny probabilities.
 * @example
 * chiSquareTail(3.841458820694124, 1); // => 0.050000000000
 */
export function chiSquareTail(statistic: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom === 0 || statistic <= 0) return 1;
  if (statistic === Number.POSITIVE_INFINITY) return 0;
  return gammainc(statistic / 2, degreesOfFreedom / 2, true, true);
}

/**
 * Pearson's goodness-of-fit test of the current counts against the reference shares, as Evidently tests drift. It takes
 * the reference for the truth: p-values are too small if the reference is itself a sample, see
 * {@link chiSquareHomogeneity}. A category that is new in `current` gives the statistic Infinity and p = 0.
 * @param reference counts per category; `current` the same categories.
 * @throws INVALID_INPUT if the lengths differ or a side is empty
 * @example
 * const fit = chiSquareFit([5, 5], [8, 2]);
 * fit.statistic; // => 3.6
 * fit.pValue; // => 0.057780
 */
export function chiSquareFit(reference: readonly number[], current: readonly number[]): ChiSquare {
  const [shares] = sharesOf(reference, current);
  const total = current.reduce((sum, count) => sum + count, 0);
  const statistic = shares.reduce((sum, share, i) => {
    const expected = share * total;
    if (expected === 0) return current[i] === 0 ? sum : Number.POSITIVE_INFINITY;
    return sum + (current[i] - expected) ** 2 / expected;
  }, 0);
  const degreesOfFreedom = reference.length - 1;
  return { statistic, degreesOfFreedom, pValue: chiSquareTail(statistic, degreesOfFreedom) };
}

/**
 * Pearson's test that both samples come from one distribution (2 × K table, no continuity correction), with Cramér's V:
 * 0 for equal shares, 1 for samples without a common category. Bins that are empty in both are left out.
 * @param reference counts per category; `current` the same categories.
 * @throws INVALID_INPUT if the lengths differ or a side is empty
 * @example
 * const { statistic, degreesOfFreedom, cramersV } = chiSquareHomogeneity([10, 0], [0, 10]);
 * [statistic, degreesOfFreedom, cramersV]; // => [20, 1, 1]
 */
export function chiSquareHomogeneity(
  reference: readonly number[],
  current: readonly number[],
): ChiSquare & { cramersV: number } {
  requireSameLength('bins', reference, current);
  sharesOf(reference, current);
  const totalR = reference.reduce((sum, count) => sum + count, 0);
  const totalC = current.reduce((sum, count) => sum + count, 0);
  const total = totalR + totalC;
  let statistic = 0;
  let categories = 0;
  reference.forEach((r, i) => {
    const both = r + current[i];
    if (both === 0) return;
    categories++;
    const expectedR = (both * totalR) / total;
    const expectedC = (both * totalC) / total;
    statistic += (r - expectedR) ** 2 / expectedR + (current[i] - expectedC) ** 2 / expectedC;
  });
  const degreesOfFreedom = categories - 1;
  return {
    statistic,
    degreesOfFreedom,
    pValue: chiSquareTail(statistic, degreesOfFreedom),
    cramersV: Math.sqrt(statistic / total),
  };
}
