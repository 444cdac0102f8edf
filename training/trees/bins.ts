import { mix } from './sampling.ts';

/** Bins that hold values; one more slot a column counts the rows whose value is missing. */
export const MAX_BINS = 255;
/** Edges a column at most: between the bins, and one above all values. */
export const EDGES = MAX_BINS;

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** The float32 threshold between two neighbouring values: above the lower one, at most the upper one. */
function between(lower: number, upper: number): number {
  const middle = Math.fround(lower + (upper - lower) / 2);
  return middle > lower ? middle : upper;
}

/**
 * Cuts a column into bins of about equal numbers of rows; a value that fills a bin by itself gets one of its own. Up to
 * `maxBins` different values are kept apart exactly.
 * @param sorted float32 values that are known, ascending.
 * @returns float32 edges, ascending: bin b holds edges[b − 1] ≤ x < edges[b]. The last edge is above every value, so
 * that "known or missing" is a split like any other. Empty where no value is known.
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
      // Only whether the run of equal values reaches `share` matters, so no more of it is read than that.
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

/** Rows whose values are looked at to place the edges, so that sorting stays short on large data. */
const ROWS_FOR_EDGES = 50_000;

/** Edges of one column of row-major values. */
export function columnEdges(
  values: Float32Array,
  width: number,
  column: number,
  maxBins: number,
): Float32Array {
  const rows = values.length / width;
  const looked = Math.min(rows, ROWS_FOR_EDGES);
  const step = rows / looked;
  const known = new Float32Array(looked);
  let count = 0;
  for (let i = 0; i < looked; i++) {
    // One row of each stretch, at a place that no period of the data can follow.
    const row = looked === rows ? i : Math.floor((i + mix(column, i) / 2 ** 32) * step);
    const x = values[row * width + column];
    if (!Number.isNaN(x)) known[count++] = x;
  }
  return binEdges(known.subarray(0, count).sort(), maxBins);
}
