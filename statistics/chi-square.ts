import gammainc from '@stdlib/math-base-special-gammainc';
import { requireSameLength } from './checks.ts';
import { sharesOf } from './shares.ts';

export interface ChiSquare {
  /** Infinity where something was met that the expectation rules out. */
  statistic: number;
  degreesOfFreedom: number;
  pValue: number;
}

/** Upper tail of the chi-square distribution, to full precision where it is tiny. */
export function chiSquareTail(statistic: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom === 0 || statistic <= 0) return 1;
  if (statistic === Number.POSITIVE_INFINITY) return 0;
  return gammainc(statistic / 2, degreesOfFreedom / 2, true, true);
}

/**
 * Pearson's goodness of fit of the current counts to the reference shares, as Evidently tests drift. It takes the
 * reference for the truth, so its p-values are too small where the reference is itself a sample: see
 * {@link chiSquareHomogeneity}. A category that is new in `current` gives Infinity and p 0.
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
 * Pearson's test that both sides come from one distribution (2 × K table, no continuity correction), with Cramér's V:
 * 0 for the same shares, 1 for nothing in common. Bins that are empty on both sides are left out.
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
