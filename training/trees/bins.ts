import { mix } from './sampling.ts';

/** Most bins of values; one more slot per column counts the rows whose value is missing. */
export const MAX_BINS = 255;
const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** A float32 threshold between two neighbouring values: above the lower one and at most the upper one. */
function between(lower: number, upper: number): number {
  const middle = Math.fround(lower + (upper - lower) / 2);
  return middle > lower ? middle : upper;
}

/**
 * Cuts a column into bins with about equal numbers of rows; a value that fills a bin by itself gets its own. Up to
 * `maxBins` different values are separated exactly.
 * @param sorted the known float32 values, ascending.
 * @returns float32 edges, ascending: bin b holds edges[b − 1] ≤ x < edges[b]. The last edge is above every value, so
 * that "known or missing" is a split like any other. Empty if no value is known.
 */
export function binEdges(sorted: Float32Array, maxBins: number): Float32Array {
  const count = sorted.length;
  if (count === 0) return new Float32Array(0);
  const edges: number[] = [];
  let different = 1;
  for (let i = 1; i < count; i++) if (sorted[i] !== sorted[i - 1]) different++;
  if (different <= maxBins) {
    for (let i = 1; i < count; i++)
      if (sorted[i] !== sorted[i - 1]) edges.push(between(sorted[i - 1], sorted[i]));
  } else {
    let start = 0;
    for (let i = 1; i < count && edges.length < maxBins - 1; i++) {
      if (sorted[i] === sorted[i - 1]) continue;
      const share = (count - start) / (maxBins - edges.length);
      let next = i + 1;
      // Only whether the run of equal values reaches `share` matters, so it is read no further.
      while (next < count && next - i < share && sorted[next] === sorted[i]) next++;
      if (i - start >= share || next - i >= share) {
        edges.push(between(sorted[i - 1], sorted[i]));
        start = i;
      }
    }
  }
  edges.push(LARGEST_FLOAT32);
  return Float32Array.from(edges);
}

/** Most rows that are sampled to place the edges, so that sorting stays quick on large data. */
const ROWS_FOR_EDGES = 50_000;

/** Edges of one column of row-major values. */
export function columnEdges(
  values: Float32Array,
  width: number,
  column: number,
  maxBins: number,
): Float32Array {
  const rows = values.length / width;
  const sampled = Math.min(rows, ROWS_FOR_EDGES);
  const step = rows / sampled;
  const known = new Float32Array(sampled);
  let count = 0;
  for (let i = 0; i < sampled; i++) {
    // One row per chunk, at a hashed position so that periodic data cannot bias the sample.
    const row = sampled === rows ? i : Math.floor((i + mix(column, i) / 2 ** 32) * step);
    const x = values[row * width + column];
    if (!Number.isNaN(x)) known[count++] = x;
  }
  return binEdges(known.subarray(0, count).sort(), maxBins);
}
