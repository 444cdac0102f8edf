/** A statistic of rows as a function of how often each of them counts. */
export type Weighted = (weights: ArrayLike<number>) => number;

/**
 * @example
 * weightedMean([1, 4], [2, 1]); // => 2
 */
export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i] * values[i];
    total += weights[i];
  }
  return sum / total;
}
