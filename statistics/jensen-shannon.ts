import { sharesOf } from './shares.ts';

/**
 * Jensen-Shannon distance, the square root of the divergence (Endres and Schindelin 2003). With natural logarithms
 * (Evidently's and scipy's default) at most √ln 2 ≈ 0.833, with base 2 at most 1.
 * @param reference counts a bin; `current` the same bins.
 */
export function jensenShannonDistance(
  reference: readonly number[],
  current: readonly number[],
  base: number = Math.E,
): number {
  const [r, c] = sharesOf(reference, current);
  const part = (p: number, mean: number) => (p > 0 ? p * Math.log(p / mean) : 0);
  const sum = r.reduce((total, p, i) => {
    const mean = (p + c[i]) / 2;
    return total + part(p, mean) + part(c[i], mean);
  }, 0);
  return Math.sqrt(Math.max(0, sum) / 2 / Math.log(base));
}
