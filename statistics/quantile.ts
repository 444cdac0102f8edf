/** Quantile of sorted values with linear interpolation (type 7 of Hyndman and Fan 1996, numpy's default). `p` 0–1. */
export function linearQuantile(sorted: ArrayLike<number>, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
