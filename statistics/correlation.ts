import { sampleCorrelation } from 'simple-statistics';
import { requireCount, requireFinite, requireSameLength } from './checks.ts';

/** Indices that put the values in ascending order. */
export function ascending(values: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
}

/** Ranks from 1, ties sharing their mean rank. */
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

/** Pearson's r, −1 to 1; NaN where one side is constant. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requirePairs(a, b);
  return sampleCorrelation(Array.from(a), Array.from(b));
}

/** Spearman's ρ with mean ranks for ties (simple-statistics breaks ties by position), −1 to 1; NaN where one side is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requirePairs(a, b);
  return sampleCorrelation(Array.from(ranks(a)), Array.from(ranks(b)));
}
