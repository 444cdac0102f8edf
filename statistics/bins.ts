import { requireCount, requireFinite } from './checks.ts';

/** Counts per bin (or category) in the reference and in the current sample. */
export interface BinnedPair {
  reference: number[];
  current: number[];
}

function requireBoth(reference: ArrayLike<number>, current: ArrayLike<number>): void {
  for (const [name, values] of [
    ['reference', reference],
    ['current', current],
  ] as const) {
    requireCount(name, values, 1);
    requireFinite(name, values);
  }
}

/**
 * Counts per value over the union of both samples, in ascending order of the values.
 * @example
 * countValues(['pass', 'shot', 'pass'], ['shot', 'jump']); // => { values: ['jump', 'pass', 'shot'], reference: [0, 2, 1], current: [1, 0, 1] }
 */
export function countValues<T extends number | string>(
  reference: ArrayLike<T>,
  current: ArrayLike<T>,
): BinnedPair & { values: T[] } {
  const counts = new Map<T, [number, number]>();
  [reference, current].forEach((side, s) => {
    for (let i = 0; i < side.length; i++) {
      const count = counts.get(side[i]);
      if (count) count[s]++;
      else counts.set(side[i], s === 0 ? [1, 0] : [0, 1]);
    }
  });
  const entries = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    values: entries.map(([value]) => value),
    reference: entries.map(([, count]) => count[0]),
    current: entries.map(([, count]) => count[1]),
  };
}

/**
 * Number of distinct values in all samples together; stops counting at `limit` + 1.
 * @example
 * countDistinct([[1, 2, 2], [3]], 20); // => 3
 */
export function countDistinct(sides: readonly ArrayLike<unknown>[], limit: number): number {
  const seen = new Set<unknown>();
  for (const side of sides) {
    for (let i = 0; i < side.length && seen.size <= limit; i++) seen.add(side[i]);
  }
  return seen.size;
}

/**
 * Index of the bin that holds a value, or −1 outside of all bins. Bins are half-open, [low, high), and the last one is
 * closed, as in numpy's `histogram`. `edges` are ascending and about equally spaced.
 * @example
 * [-1, 0, 0.5, 1].map((value) => binIndex(value, [0, 0.5, 1])); // => [-1, 0, 1, 1]
 */
export function binIndex(value: number, edges: readonly number[]): number {
  const bins = edges.length - 1;
  if (!(value >= edges[0] && value <= edges[bins])) return -1;
  let bin = Math.min(bins - 1, Math.floor(((value - edges[0]) / (edges[bins] - edges[0])) * bins));
  // The quotient can be off by a rounding error at an edge, so that the edges decide.
  while (bin > 0 && value < edges[bin]) bin--;
  while (bin < bins - 1 && value >= edges[bin + 1]) bin++;
  return bin;
}

/**
 * Counts per bin between `edges`, as `binIndex` assigns them; values outside are not counted.
 * @example
 * histogram([0, 0.2, 0.5, 1, 7], [0, 0.5, 1]); // => [2, 2]
 */
export function histogram(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (let i = 0; i < values.length; i++) {
    const bin = binIndex(values[i], edges);
    if (bin >= 0) counts[bin]++;
  }
  return counts;
}

/**
 * The `bins` + 1 edges of bins of equal width from `low` to `high`.
 * @example
 * equalEdges(0, 10, 4); // => [0, 2.5, 5, 7.5, 10]
 */
export function equalEdges(low: number, high: number, bins: number): number[] {
  const step = (high - low) / bins;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : i * step + low));
}

/**
 * Bins as Evidently makes them for PSI and Jensen-Shannon: one per value if the reference has at most 20 distinct values;
 * otherwise bins of equal width over both samples, their number by Sturges' rule (log2 N + 1, rounded up).
 * @throws INVALID_INPUT if a sample is empty or holds a value that is not finite
 * @example
 * evidentlyBins([1, 2, 2], [3, 2]); // => { values: [1, 2, 3], reference: [1, 2, 0], current: [0, 1, 1] }
 */
export function evidentlyBins(reference: ArrayLike<number>, current: ArrayLike<number>): BinnedPair {
  requireBoth(reference, current);
  if (countDistinct([reference], 20) <= 20) return countValues(reference, current);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const side of [reference, current]) {
    for (let i = 0; i < side.length; i++) {
      low = Math.min(low, side[i]);
      high = Math.max(high, side[i]);
    }
  }
  const width = (high - low) / (Math.log2(reference.length + current.length) + 1);
  const edges = equalEdges(low, high, Math.ceil((high - low) / width));
  return { reference: histogram(reference, edges), current: histogram(current, edges) };
}
