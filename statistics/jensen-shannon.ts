import { sharesOf } from './shares.ts';

/**
 * Jensen-Shannon distance, the square root of the divergence (Endres and Schindelin 2003), with natural logarithms as in
 * Evidently and scipy: 0 for equal shares, at most √ln 2 ≈ 0.833.
 * @param reference counts per bin; `current` the same bins.
 * @throws INVALID_INPUT if the lengths differ or a side is empty
 * @example
 * jensenShannonDistance([1, 1], [3, 3]); // => 0
 * jensenShannonDistance([1, 0], [0, 1]); // => 0.832555
 */
export function jensenShannonDistance(reference: readonly number[], current: readonly number[]): number {
  const [r, c] = sharesOf(reference, current);
  const part = (p: number, mean: number) => (p > 0 ? p * Math.log(p / mean) : 0);
  const sum = r.reduce((total, p, i) => {
    const mean = (p + c[i]) / 2;
    return total + part(p, mean) + part(c[i], mean);
  }, 0);
  return Math.sqrt(Math.max(0, sum) / 2);
}
