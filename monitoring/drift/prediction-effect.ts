import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { populationDeviation } from '../../statistics/wasserstein.ts';

/** How far the mean prediction moved, in points of the score (or of probability). This needs no labels. */
export interface PredictionEffect {
  reference_mean: number;
  current_mean: number;
  /** Current mean minus reference mean, with its 95 % interval (Welch 1947). */
  points: number;
  low: number;
  high: number;
}

function moments(values: Float64Array): { mean: number; error: number; n: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return { mean, error: populationDeviation(values) ** 2 / (n - 1), n };
}

/**
 * Difference of the mean predictions with Welch's interval; undefined where a side has fewer than two.
 * @example
 * predictionEffect(Float64Array.of(5, 6, 7), Float64Array.of(7, 8, 9)).points; // => 2
 */
export function predictionEffect(
  reference: Float64Array,
  current: Float64Array,
): PredictionEffect | undefined {
  if (reference.length < 2 || current.length < 2) return undefined;
  const r = moments(reference);
  const c = moments(current);
  const variance = r.error + c.error;
  const points = c.mean - r.mean;
  const freedom = variance ** 2 / (r.error ** 2 / (r.n - 1) + c.error ** 2 / (c.n - 1));
  const half = variance > 0 ? tQuantile(0.975, freedom) * Math.sqrt(variance) : 0;
  return { reference_mean: r.mean, current_mean: c.mean, points, low: points - half, high: points + half };
}
