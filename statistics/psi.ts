import { sharesOf } from './shares.ts';

/** Evidently's share of an empty bin: 0.0001, or a millionth of the smallest other share if that is 0.0001 or less. */
function filled(shares: readonly number[]): number[] {
  const smallest = Math.min(...shares.filter((share) => share > 0));
  const zero = smallest <= 0.0001 ? smallest / 1e6 : 0.0001;
  return shares.map((share) => (share === 0 ? zero : share));
}

/**
 * Population stability index, `Σ (r − c) ln(r / c)` over the shares of bins: 0 for equal shares, without an upper limit.
 * By convention 0.1 deserves a look and 0.25 is a shift (Siddiqi 2006). Empty bins count as in Evidently.
 * @param reference counts per bin; `current` the same bins.
 * @throws INVALID_INPUT if the lengths differ or a side is empty
 * @example
 * populationStabilityIndex([50, 50], [50, 50]); // => 0
 * populationStabilityIndex([50, 50], [25, 75]); // => 0.274653
 */
export function populationStabilityIndex(reference: readonly number[], current: readonly number[]): number {
  const [r, c] = sharesOf(reference, current).map(filled);
  return r.reduce((sum, share, i) => sum + (share - c[i]) * Math.log(share / c[i]), 0);
}
