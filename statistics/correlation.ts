import { sampleCorrelation } from 'simple-statistics';
import { requireCount, requireFinite, requireSameLength } from './checks.ts';

/**
 * The indices that sort the values in ascending order.
 * @example
 * [...ascending([30, 10, 20])]; // => [1, 2, 0]
 */
export function ascending(values: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
}

/**
 * Ranks from 1; ties share their mean rank.
 * @example
 * [...ranks([5, 7, 7, 9])]; // => [1, 2.5, 2.5, 4]
 */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = ascending(values);
  const out = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) out[order[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return out;
}

function requirePairs(a: ArrayLike<number>, b: ArrayLike<number>): void {
  requireSameLength('correlation', a, b);
  requireCount('correlation', a, 2);
  requireFinite('correlation', a);
  requireFinite('correlation', b);
}

/**
 * Pearson's r, −1 to 1; NaN if one side is constant.
 * @throws INVALID_INPUT below 2 pairs, if the lengths differ or a value is not finite
 * @example
 * pearson([1, 2, 3, 4], [1, 3, 2, 4]); // => 0.8000000000
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requirePairs(a, b);
  return sampleCorrelation(Array.from(a), Array.from(b));
}

/**
 * Spearman's ρ, −1 to 1, with mean ranks for ties (simple-statistics breaks ties by position); NaN if one side is constant.
 * @throws INVALID_INPUT below 2 pairs, if the lengths differ or a value is not finite
 * @example
 * spearman([1, 2, 3, 4], [10, 100, 1_000, 10_000]); // => 1.0000000000
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requirePairs(a, b);
  return sampleCorrelation(Array.from(ranks(a)), Array.from(ranks(b)));
}
