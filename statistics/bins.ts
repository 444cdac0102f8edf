import { requireCount, requireFinite } from './checks.ts';
import { linearQuantile } from './quantile.ts';

/** How often each bin (or category) was met on both sides. */
export interface BinnedPair {
  reference: number[];
  current: number[];
}

/** Bins of numbers, with their edges; the last bin is closed. */
export interface HistogramPair extends BinnedPair {
  edges: number[];
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

/** Counts by value, over the union of both sides, in ascending order of value. */
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

/** Number of different values, counting no further than `limit` + 1. */
export function countDistinct(sides: readonly ArrayLike<unknown>[], limit: number): number {
  const seen = new Set<unknown>();
  for (const side of sides) {
    for (let i = 0; i < side.length && seen.size <= limit; i++) seen.add(side[i]);
  }
  return seen.size;
}

/** Bin of a value: closed below, open above, the last one closed; −1 outside (numpy's histogram). */
export function binIndex(value: number, edges: readonly number[]): number {
  const bins = edges.length - 1;
  if (!(value >= edges[0] && value <= edges[bins])) return -1;
  let bin = Math.min(bins - 1, Math.floor(((value - edges[0]) / (edges[bins] - edges[0])) * bins));
  // The quotient can be a rounding error off at an edge: the edges decide.
  while (bin > 0 && value < edges[bin]) bin--;
  while (bin < bins - 1 && value >= edges[bin + 1]) bin++;
  return bin;
}

/** Counts in bins of about equal width between `edges`; values outside are left out. */
export function histogram(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (let i = 0; i < values.length; i++) {
    const bin = binIndex(values[i], edges);
    if (bin >= 0) counts[bin]++;
  }
  return counts;
}

/** `bins` + 1 edges of equal width over both sides. */
export function equalEdges(low: number, high: number, bins: number): number[] {
  const step = (high - low) / bins;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : i * step + low));
}

/**
 * Bins as Evidently makes them for PSI and Jensen-Shannon: with more than 20 different reference values, Sturges' number
 * of equal bins over both sides (log2 N + 1, rounded up); otherwise a bin a value.
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

/** The textbook's bins of PSI: between the deciles of the reference (equal ones once), each closed above, open at both ends. */
export function decileBins(reference: ArrayLike<number>, current: ArrayLike<number>): HistogramPair {
  requireBoth(reference, current);
  const sorted = new Float64Array(reference).sort();
  const inner = [...new Set([1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => linearQuantile(sorted, tenth / 10)))];
  const count = (side: ArrayLike<number>) => {
    const counts = new Array<number>(inner.length + 1).fill(0);
    for (let i = 0; i < side.length; i++) {
      let bin = 0;
      while (bin < inner.length && side[i] > inner[bin]) bin++;
      counts[bin]++;
    }
    return counts;
  };
  return { edges: inner, reference: count(reference), current: count(current) };
}
