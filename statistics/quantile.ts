/**
 * Quantile of ascending values with linear interpolation (type 7 of Hyndman and Fan 1996, numpy's default).
 * @param sorted at least one value, ascending; `p` 0–1.
 * @example
 * linearQuantile([1, 2, 4, 8], 0.5); // => 3
 */
export function linearQuantile(sorted: ArrayLike<number>, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
