import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { TouchlineError } from '../platform/errors.ts';
import { type Random, seeded } from '../platform/random.ts';
import { requireCount, requireSameLength } from './checks.ts';
import type { Metric } from './metrics.ts';
import { linearQuantile } from './quantile.ts';

/** Level of the intervals of every report and of the gate. */
export const CONFIDENCE_LEVEL = 0.95;
export const BOOTSTRAP_SAMPLES = 2_000;

export interface BootstrapOptions {
  /** Group of each row (athlete, video, game). Whole groups are drawn with replacement. */
  groups: readonly string[];
  /** Number of resamples; default {@link BOOTSTRAP_SAMPLES}. */
  samples?: number;
  seed: number;
  /** Probability with which the interval covers the true value, between 0 and 1; default {@link CONFIDENCE_LEVEL}. */
  level?: number;
}

/** A value with its confidence interval. */
export interface Interval {
  value: number;
  /** −Infinity to Infinity if there is only one group, since its spread between groups is unknown. */
  low: number;
  high: number;
}

/** Group of each row as a number from 0, in order of appearance. */
function groupCodes(groups: readonly string[]): { codes: Int32Array; count: number } {
  const known = new Map<string, number>();
  const codes = Int32Array.from(groups, (group) => {
    const code = known.get(group) ?? known.size;
    known.set(group, code);
    return code;
  });
  return { codes, count: known.size };
}

/** How often each group was drawn in one resample. */
function draw(random: Random, counts: Float64Array): Float64Array {
  counts.fill(0);
  for (let i = 0; i < counts.length; i++) counts[random.integer(counts.length)]++;
  return counts;
}

/**
 * Ends of the interval from sorted resamples, by expanded percentiles. Plain percentiles are too narrow by √((n−1)/n) and
 * because they use the normal distribution instead of Student's t, which matters with ten athletes (Hesterberg 2015, The
 * American Statistician 69, 371–386).
 */
function ends(sorted: Float64Array, groups: number, level: number): { low: number; high: number } {
  if (groups < 2 || sorted.length === 0)
    return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const t = tQuantile((1 - level) / 2, groups - 1);
  const tail = normalCdf(Math.sqrt(groups / (groups - 1)) * t, 0, 1);
  return { low: linearQuantile(sorted, tail), high: linearQuantile(sorted, 1 - tail) };
}

function checked({ groups, samples = BOOTSTRAP_SAMPLES, level = CONFIDENCE_LEVEL }: BootstrapOptions) {
  requireCount('bootstrap', groups, 1);
  if (!(level > 0 && level < 1) || !(samples >= 1)) {
    throw new TouchlineError(
      'INVALID_INPUT',
      `bootstrap: the level must be between 0 and 1, not ${level}; samples must be 1 or more, not ${samples}.`,
    );
  }
  return { samples, level };
}

/**
 * Interval of a statistic by the cluster bootstrap. Resamples in which the statistic is NaN (such as the AUC of one
 * class) are left out.
 * @param options.statistic of the rows, given how often each of them counts; all rows of a group have the same weight.
 * @throws INVALID_INPUT if there are no rows, or `samples` or `level` is out of range
 * @example
 * const scores = [4, 5, 6, 7];
 * const mean = (weights) => scores.reduce((sum, score, i) => sum + weights[i] * score, 0) / weights.reduce((a, b) => a + b);
 * const { value, low, high } = bootstrapInterval({ groups: ['ann', 'ann', 'bob', 'bob'], statistic: mean, seed: 1 });
 * [value, low, high]; // => [5.5, 4.5, 6.5]
 */
export function bootstrapInterval(
  options: BootstrapOptions & { statistic: (weights: Float64Array) => number },
): Interval {
  const { samples, level } = checked(options);
  const { codes, count } = groupCodes(options.groups);
  const random = seeded(options.seed, 'bootstrap');
  const weights = new Float64Array(codes.length).fill(1);
  const value = options.statistic(weights);
  const drawn = new Float64Array(count);
  const found: number[] = [];
  for (let sample = 0; sample < samples && count > 1; sample++) {
    draw(random, drawn);
    for (let i = 0; i < codes.length; i++) weights[i] = drawn[codes[i]];
    const one = options.statistic(weights);
    if (!Number.isNaN(one)) found.push(one);
  }
  return { value, ...ends(Float64Array.from(found).sort(), count, level) };
}

/**
 * A metric with its interval over groups.
 * @throws INVALID_INPUT if the lengths differ, there are no rows, or a value is not finite
 */
export function metricInterval(
  options: BootstrapOptions & { metric: Metric; actual: ArrayLike<number>; predicted: ArrayLike<number> },
): Interval {
  requireSameLength(options.metric.name, options.actual, options.groups);
  return bootstrapInterval({
    ...options,
    statistic: options.metric.prepare(options.actual, options.predicted),
  });
}

export interface PairedDifference {
  /** Mean loss of A minus mean loss of B over all rows: A is better if it is negative. */
  difference: number;
  low: number;
  high: number;
  /** Share of resamples in which A has the smaller mean loss, ties counted half. */
  probabilityBetter: number;
}

/**
 * Compares the losses of two models on the same rows. The same groups are drawn for both, so that groups that are hard
 * for both cancel out.
 * @param options.lossA loss of each row (absolute error, log loss …), smaller is better; `lossB` on the same rows.
 * @throws INVALID_INPUT if the lengths differ, there are no rows, or `samples` or `level` is out of range
 * @example
 * const games = ['a', 'b', 'c', 'd'];
 * pairedBootstrap({ lossA: [1, 2, 3, 4], lossB: [2, 3, 4, 5], groups: games, seed: 1 }); // => { difference: -1, low: -1, high: -1, probabilityBetter: 1 }
 */
export function pairedBootstrap(
  options: BootstrapOptions & { lossA: ArrayLike<number>; lossB: ArrayLike<number> },
): PairedDifference {
  const { lossA, lossB } = options;
  requireSameLength('paired bootstrap', lossA, lossB);
  requireSameLength('paired bootstrap', lossA, options.groups);
  const { samples, level } = checked(options);
  const { codes, count } = groupCodes(options.groups);
  // A mean over rows needs only two numbers per group, so a resample costs as much as there are groups.
  const sums = new Float64Array(count);
  const rows = new Float64Array(count);
  for (let i = 0; i < codes.length; i++) {
    sums[codes[i]] += lossA[i] - lossB[i];
    rows[codes[i]]++;
  }
  const meanOf = (drawn: ArrayLike<number>) => {
    let sum = 0;
    let n = 0;
    for (let group = 0; group < count; group++) {
      sum += drawn[group] * sums[group];
      n += drawn[group] * rows[group];
    }
    return sum / n;
  };
  const drawn = new Float64Array(count);
  const difference = meanOf(drawn.fill(1));
  const random = seeded(options.seed, 'paired bootstrap');
  const found = Float64Array.from({ length: samples }, () => meanOf(draw(random, drawn))).sort();
  const better = found.reduce((sum, one) => sum + (one < 0 ? 1 : one === 0 ? 0.5 : 0), 0);
  return { difference, ...ends(found, count, level), probabilityBetter: better / samples };
}
