import { filterRun } from './savitzky-golay.ts';

/** Statistics of the known values of a series; all NaN if none is known. */
export interface Summary {
  mean: number;
  /** Population standard deviation. */
  std: number;
  min: number;
  max: number;
  range: number;
}

/**
 * @example
 * summarize(Float64Array.of(1, NaN, 3)); // => { mean: 2, std: 1, min: 1, max: 3, range: 2 }
 */
export function summarize(series: Float64Array): Summary {
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of series) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0)
    return { mean: Number.NaN, std: Number.NaN, min: Number.NaN, max: Number.NaN, range: Number.NaN };
  const mean = sum / count;
  let squares = 0;
  for (const value of series) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  return { mean, std: Math.sqrt(squares / count), min, max, range: max - min };
}

/**
 * Mean of the known values; NaN if none is known.
 * @example
 * meanKnown([1, NaN, 3]); // => 2
 */
export function meanKnown(values: Iterable<number>): number {
  let count = 0;
  let sum = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  return count > 0 ? sum / count : Number.NaN;
}

/**
 * Fills gaps of at most `longest` frames between two known values by linear interpolation; gaps at the ends are kept.
 * @example
 * [...bridgeGaps(Float64Array.of(1, NaN, 3, NaN), 1)]; // => [1, 2, 3, NaN]
 */
export function bridgeGaps(series: Float64Array, longest: number): Float64Array {
  const out = series.slice();
  let last = -1;
  for (let f = 0; f < out.length; f++) {
    if (Number.isNaN(out[f])) continue;
    const gap = f - last - 1;
    if (last >= 0 && gap > 0 && gap <= longest) {
      const step = (out[f] - out[last]) / (f - last);
      for (let i = last + 1; i < f; i++) out[i] = out[last] + step * (i - last);
    }
    last = f;
  }
  return out;
}

/**
 * Removes jumps of full rotations, so that each known value is within 180 degrees of the previous known one.
 * @example
 * [...unwrap(Float64Array.of(170, -170, -150))]; // => [170, 190, 210]
 */
export function unwrap(degrees: Float64Array): Float64Array {
  const out = degrees.slice();
  let last = Number.NaN;
  for (let f = 0; f < out.length; f++) {
    if (Number.isNaN(out[f])) continue;
    if (!Number.isNaN(last)) out[f] -= 360 * Math.round((out[f] - last) / 360);
    last = out[f];
  }
  return out;
}

/**
 * The same angle in (−180, 180].
 * @example
 * [190, -180, 725].map(wrapDegrees); // => [-170, 180, 5]
 */
export function wrapDegrees(degrees: number): number {
  const turned = degrees - 360 * Math.floor((degrees + 180) / 360);
  return turned === -180 ? 180 : turned;
}

/** The odd number of frames nearest to `seconds`, at least 5. */
function windowFrames(fps: number, seconds: number): number {
  return Math.max(5, 2 * Math.round((seconds * fps - 1) / 2) + 1);
}

/** Width of the smoothing window: five frames at 30 per second, short enough for the knee of a kick. */
const SMOOTHING_SECONDS = 1 / 6;

/**
 * Smooths each run of known values by a second-degree Savitzky-Golay filter (Savitzky and Golay 1964); runs shorter than
 * the window are kept as they are.
 * @param fps frames per second; `seconds` is the width of the window.
 */
export function smooth(series: Float64Array, fps: number, seconds = SMOOTHING_SECONDS): Float64Array {
  return overRuns(series, windowFrames(fps, seconds), (run, window) => filterRun(run, window, 0));
}

/**
 * Change per second: the derivative of the polynomial that the Savitzky-Golay filter fits around each frame. NaN in runs
 * shorter than the window.
 * @param fps frames per second.
 */
export function velocity(series: Float64Array, fps: number): Float64Array {
  const window = windowFrames(fps, SMOOTHING_SECONDS);
  const out = overRuns(series, window, (run) => filterRun(run, window, 1).map((v) => v * fps));
  for (const [from, to] of knownRuns(series)) if (to - from < window) out.fill(Number.NaN, from, to);
  return out;
}

/** The half-open ranges of frames whose values are all known. */
function knownRuns(series: Float64Array): [from: number, to: number][] {
  const runs: [number, number][] = [];
  let from = -1;
  for (let f = 0; f <= series.length; f++) {
    const known = f < series.length && !Number.isNaN(series[f]);
    if (known && from < 0) from = f;
    if (!known && from >= 0) {
      runs.push([from, f]);
      from = -1;
    }
  }
  return runs;
}

function overRuns(
  series: Float64Array,
  window: number,
  filter: (run: Float64Array, window: number) => Float64Array,
): Float64Array {
  const out = series.slice();
  for (const [from, to] of knownRuns(series))
    if (to - from >= window) out.set(filter(series.subarray(from, to), window), from);
  return out;
}

/**
 * Index of the largest known value, or −1 if none is known.
 * @example
 * argMax(Float64Array.of(1, NaN, 3, 2)); // => 2
 */
export function argMax(series: Float64Array): number {
  let best = -1;
  for (let f = 0; f < series.length; f++)
    if (!Number.isNaN(series[f]) && (best < 0 || series[f] > series[best])) best = f;
  return best;
}

/**
 * Largest absolute value of the known ones; NaN if none is known.
 * @example
 * peak(Float64Array.of(-5, 3, NaN)); // => 5
 */
export function peak(series: Float64Array): number {
  const magnitudes = series.map(Math.abs);
  const at = argMax(magnitudes);
  return at < 0 ? Number.NaN : magnitudes[at];
}

/** Pearson's correlation over the frames in which both are known; NaN below three frames or if one is constant. */
export function coordination(a: Float64Array, b: Float64Array): number {
  const both = [...a.keys()].filter((f) => !Number.isNaN(a[f]) && !Number.isNaN(b[f]));
  if (both.length < 3) return Number.NaN;
  const meanA = meanKnown(both.map((f) => a[f]));
  const meanB = meanKnown(both.map((f) => b[f]));
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (const f of both) {
    ab += (a[f] - meanA) * (b[f] - meanB);
    aa += (a[f] - meanA) ** 2;
    bb += (b[f] - meanB) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : Number.NaN;
}

/** Absolute difference of the means of both sides; 0 is perfectly symmetric. */
export function symmetry(left: Float64Array, right: Float64Array): number {
  return Math.abs(meanKnown(left) - meanKnown(right));
}

/** Width of the window that separates sway and tremor from slow movement. */
const SLOW_SECONDS = 0.5;

/** Root mean square of a series after its slow movement is removed, which leaves sway and tremor. */
export function unsteadiness(series: Float64Array, fps: number): number {
  const slow = smooth(series, fps, SLOW_SECONDS);
  return Math.sqrt(meanKnown(series.map((value, f) => (value - slow[f]) ** 2)));
}
