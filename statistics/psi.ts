import { sharesOf } from './shares.ts';

/** What an empty bin counts as. */
export type EmptyBins =
  /** Every share is at least this. */
  | { floor: number }
  /** Evidently's: 0.0001, or a millionth of the smallest other share of the side where that is 0.0001 or less. */
  | 'evidently';

function filled(shares: readonly number[], empty: EmptyBins): number[] {
  if (empty !== 'evidently') return shares.map((share) => Math.max(share, empty.floor));
  const smallest = Math.min(...shares.filter((share) => share > 0));
  const zero = smallest <= 0.0001 ? smallest / 1e6 : 0.0001;
  return shares.map((share) => (share === 0 ? zero : share));
}

/**
 * Population stability index: `Σ (r − c) ln(r / c)` over shares of bins; 0 for the same distribution, no upper end.
 * By custom 0.1 asks for a look and 0.25 is a shift (Siddiqi 2006).
 * @param reference counts a bin; `current` the same bins.
 */
export function populationStabilityIndex(
  reference: readonly number[],
  current: readonly number[],
  empty: EmptyBins = 'evidently',
): number {
  const [r, c] = sharesOf(reference, current).map((shares) => filled(shares, empty));
  return r.reduce((sum, share, i) => sum + (share - c[i]) * Math.log(share / c[i]), 0);
}
