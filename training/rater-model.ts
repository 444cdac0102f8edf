import type { Matrix, Rating } from '../datasets/matrix.ts';
import { TouchlineError } from '../platform/errors.ts';
import { type Icc, iccOf, type NoiseCeiling, noiseCeilingOf, repeatSpread } from './rater-agreement.ts';

export interface Rater {
  rater: string;
  /** Bias in every score of this expert, in points of the scale; the biases of all experts add up to 0. */
  bias: number;
  /** Standard deviation of this expert's scores around quality plus bias. */
  spread: number;
  /** Number of ratings. */
  count: number;
  /** Standard deviation between two ratings of the same item; absent if none was rated twice. */
  selfConsistency?: number;
}

export interface RaterModel {
  raters: Rater[];
  /** Quality of each item: precision-weighted mean of its ratings without their biases; NaN without ratings. */
  targets: Float64Array;
  /** Precision of each target, 1 on average; 0 without ratings. */
  weights: Float64Array;
  /** An expert against the mean of the others; absent if no item has two experts. */
  noiseCeiling?: NoiseCeiling;
  icc?: Icc;
}

const MOST_ITERATIONS = 1_000;

/** Number of ratings that the pooled spread counts as: experts with few ratings are assumed to be like the others. */
const PRIOR_COUNT = 4;

interface Ratings {
  item: Int32Array;
  rater: Int32Array;
  score: Float64Array;
  names: string[];
  items: number;
}

function flatten(items: readonly (readonly Rating[])[]): Ratings {
  const names = [...new Set(items.flatMap((ratings) => ratings.map((rating) => rating.rater)))].sort();
  const place = new Map(names.map((name, j) => [name, j]));
  const flat = items.flatMap((ratings, i) => ratings.map(({ rater, score }) => ({ i, rater, score })));
  return {
    item: Int32Array.from(flat, ({ i }) => i),
    rater: Int32Array.from(flat, ({ rater }) => place.get(rater) as number),
    score: Float64Array.from(flat, ({ score }) => score),
    names,
    items: items.length,
  };
}

/**
 * Alternating estimates of `score = level + quality(item) + bias(rater) + noise(rater)`: qualities and biases are
 * random effects; expectation-maximisation updates the variances, including the posterior variances of both
 * (Searle, Casella & McCulloch 1992, Variance Components, section 8.3; with a separate precision for each rater as in
 * Raykar et al. 2010, Learning From Crowds, section 5).
 */
function estimate({ item, rater, score, names, items }: Ratings): {
  bias: Float64Array;
  variance: Float64Array;
} {
  const raters = names.length;
  const count = new Float64Array(raters);
  for (const j of rater) count[j]++;
  let level = score.reduce((sum, y) => sum + y, 0) / score.length;
  const total = score.reduce((sum, y) => sum + (y - level) ** 2, 0) / score.length;
  const floor = Math.max(1e-12, 1e-6 * total);
  const bias = new Float64Array(raters);
  const biasVariance = new Float64Array(raters);
  const variance = new Float64Array(raters).fill(Math.max(floor, total / 2));
  const quality = new Float64Array(items);
  const qualityVariance = new Float64Array(items);
  let spreadOfQuality = Math.max(floor, total / 2);
  let spreadOfBias = Math.max(floor, total / 10);

  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const sums = new Float64Array(items);
    const precision = new Float64Array(items).fill(1 / spreadOfQuality);
    for (let r = 0; r < score.length; r++) {
      sums[item[r]] += (score[r] - level - bias[rater[r]]) / variance[rater[r]];
      precision[item[r]] += 1 / variance[rater[r]];
    }
    for (let i = 0; i < items; i++) {
      qualityVariance[i] = 1 / precision[i];
      quality[i] = sums[i] / precision[i];
    }

    const residual = new Float64Array(raters);
    for (let r = 0; r < score.length; r++) residual[rater[r]] += score[r] - level - quality[item[r]];
    const before = bias.slice();
    for (let j = 0; j < raters; j++) {
      bias[j] = residual[j] / (count[j] + variance[j] / spreadOfBias);
      biasVariance[j] = 1 / (count[j] / variance[j] + 1 / spreadOfBias);
    }
    const centre = bias.reduce((sum, b) => sum + b, 0) / raters;
    for (let j = 0; j < raters; j++) bias[j] -= centre;
    level += centre;

    const squares = new Float64Array(raters);
    for (let r = 0; r < score.length; r++) {
      const error = score[r] - level - quality[item[r]] - bias[rater[r]];
      squares[rater[r]] += error * error + qualityVariance[item[r]] + biasVariance[rater[r]];
    }
    const pooled = squares.reduce((sum, s) => sum + s, 0) / score.length;
    let moved = 0;
    for (let j = 0; j < raters; j++) {
      const next = Math.max(floor, (squares[j] + PRIOR_COUNT * pooled) / (count[j] + PRIOR_COUNT));
      moved = Math.max(moved, Math.abs(next - variance[j]) / total, Math.abs(bias[j] - before[j]));
      variance[j] = next;
    }
    const mean = quality.reduce((sum, q) => sum + q, 0) / items;
    for (let i = 0; i < items; i++) quality[i] -= mean;
    level += mean;
    spreadOfQuality = Math.max(floor, meanOf(quality, qualityVariance));
    spreadOfBias = Math.max(floor, meanOf(bias, biasVariance));
    if (moved < 1e-9) break;
  }
  return { bias, variance };
}

/** Mean of squared effects and their posterior variances. */
function meanOf(effect: Float64Array, variance: Float64Array): number {
  return effect.reduce((sum, e, i) => sum + e * e + variance[i], 0) / effect.length;
}

/**
 * Estimates the experts' biases and spreads, and the items' qualities corrected for both.
 * @param items the ratings of each item; one expert may rate an item more than once. Scores must be finite.
 * @throws INSUFFICIENT_DATA with fewer than two experts or two rated items: a bias is relative to other experts
 */
export function fitRaterModel(items: readonly (readonly Rating[])[]): RaterModel {
  const rated = items.filter((ratings) => ratings.length > 0);
  const ratings = flatten(rated);
  if (ratings.names.length < 2 || rated.length < 2)
    throw new TouchlineError(
      'INSUFFICIENT_DATA',
      `A rater model needs at least 2 experts and 2 rated items, and there are ${ratings.names.length} and ${rated.length}.`,
    );
  const { bias, variance } = estimate(ratings);
  const place = new Map(ratings.names.map((name, j) => [name, j]));
  const precision = new Float64Array(items.length);
  const targets = Float64Array.from(items, (own, i) => {
    let sum = 0;
    for (const { rater, score } of own) {
      const j = place.get(rater) as number;
      sum += (score - bias[j]) / variance[j];
      precision[i] += 1 / variance[j];
    }
    return sum / precision[i];
  });
  const mean = precision.reduce((sum, p) => sum + p, 0) / rated.length;
  return {
    raters: ratings.names.map((rater, j) => {
      const selfConsistency = repeatSpread(rated, rater);
      return {
        rater,
        bias: bias[j],
        spread: Math.sqrt(variance[j]),
        count: ratings.rater.reduce((sum, r) => sum + Number(r === j), 0),
        ...(selfConsistency === undefined ? {} : { selfConsistency }),
      };
    }),
    targets,
    weights: precision.map((p) => p / mean),
    noiseCeiling: noiseCeilingOf(rated),
    icc: iccOf(rated),
  };
}

/** The model of the experts who rated these rows; undefined with fewer than two experts or two rated rows. */
export function raterModelOf(train: Matrix): RaterModel | undefined {
  const items = train.rows.map((row) => row.ratings ?? []);
  const experts = new Set(items.flatMap((ratings) => ratings.map((rating) => rating.rater)));
  const enough = experts.size >= 2 && items.filter((ratings) => ratings.length > 0).length >= 2;
  return enough ? fitRaterModel(items) : undefined;
}

/**
 * Training rows with the panel's bias-corrected, precision-weighted score as target, and its precision multiplied into
 * their weight. Rows without ratings keep both. For training rows only: the other parts keep the experts' own scores.
 */
export function raterTargets(train: Matrix, model = raterModelOf(train)): Matrix {
  if (!model) return train;
  const isRated = (i: number) => (train.rows[i].ratings ?? []).length > 0;
  return {
    ...train,
    target: train.target.map((given, i) => (isRated(i) ? model.targets[i] : given)),
    weight: train.weight.map((weight, i) => (isRated(i) ? weight * model.weights[i] : weight)),
  };
}
