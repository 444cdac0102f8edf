import { seeded } from '../platform/random.ts';
import { requireCount, requireFinite, requireSameLength } from './checks.ts';
import { ascending } from './correlation.ts';
import { linearQuantile } from './quantile.ts';

const CHANCE_LEVEL = 0.95;
const CHANCE_SAMPLES = 200;
const CHANCE_SEED = 1;

/**
 * Index of the bin that holds a probability among `bins` of equal width on 0–1. Bins are half-open, [low, high), and the
 * last one is closed.
 * @example
 * [0, 0.1, 0.95, 1].map((probability) => binOf(probability, 10)); // => [0, 1, 9, 9]
 */
export function binOf(probability: number, bins: number): number {
  return Math.max(0, Math.min(bins - 1, Math.floor(probability * bins)));
}

export interface ReliabilityBin {
  low: number;
  high: number;
  n: number;
  /** Mean probability of the bin. */
  predicted: number;
  /** Share of outcomes 1. */
  actual: number;
}

/**
 * The bins of a reliability diagram that are not empty, in ascending order.
 * @param actual outcomes 0 and 1; `predicted` probabilities of 1.
 * @throws INVALID_INPUT if the lengths differ or a value is not finite
 * @example
 * reliabilityBins([1, 0, 1, 1], [0.25, 0.25, 0.75, 0.75], 2); // => [{ low: 0, high: 0.5, n: 2, predicted: 0.25, actual: 0.5 }, { low: 0.5, high: 1, n: 2, predicted: 0.75, actual: 1 }]
 */
export function reliabilityBins(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  bins = 10,
): ReliabilityBin[] {
  requireSameLength('reliability', actual, predicted);
  requireFinite('reliability: actual', actual);
  requireFinite('reliability: predicted', predicted);
  const out = Array.from({ length: bins }, (_, bin) => ({
    low: bin / bins,
    high: (bin + 1) / bins,
    n: 0,
    predicted: 0,
    actual: 0,
  }));
  for (let i = 0; i < predicted.length; i++) {
    const bin = out[binOf(predicted[i], bins)];
    bin.n++;
    bin.predicted += predicted[i];
    bin.actual += actual[i];
  }
  return out
    .filter((bin) => bin.n > 0)
    .map((bin) => ({ ...bin, predicted: bin.predicted / bin.n, actual: bin.actual / bin.n }));
}

/**
 * Expected calibration error, 0–1, over bins of equal width (Naeini, Cooper and Hauskrecht 2015, eq. 2).
 * @throws INVALID_INPUT if there are no values, the lengths differ or a value is not finite
 * @example
 * expectedCalibrationError([1, 0, 1, 1], [0.25, 0.25, 0.75, 0.75]); // => 0.25
 */
export function expectedCalibrationError(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  bins = 10,
): number {
  requireCount('expected calibration error', actual, 1);
  return reliabilityBins(actual, predicted, bins).reduce(
    (sum, bin) => sum + (bin.n / actual.length) * Math.abs(bin.actual - bin.predicted),
    0,
  );
}

/**
 * The expected calibration error that a perfectly calibrated model stays below with a probability of 95 % on these
 * predictions. Outcomes are drawn from the predictions themselves (consistency resampling, Bröcker and Smith 2007,
 * sec. 3). An error below it is no evidence against a model, however large it looks on few rows.
 * @example
 * calibrationErrorByChance([0, 0, 1, 1]); // => 0
 */
export function calibrationErrorByChance(predicted: ArrayLike<number>): number {
  const random = seeded(CHANCE_SEED, 'calibration error by chance');
  const outcomes = new Uint8Array(predicted.length);
  const errors = Float64Array.from({ length: CHANCE_SAMPLES }, () => {
    for (let i = 0; i < outcomes.length; i++) outcomes[i] = random.uniform() < predicted[i] ? 1 : 0;
    return expectedCalibrationError(outcomes, predicted);
  });
  return linearQuantile(errors.sort(), CHANCE_LEVEL);
}

function requireFit(name: string, raw: ArrayLike<number>, target: ArrayLike<number>): void {
  requireSameLength(name, raw, target);
  requireCount(name, raw, 1);
  requireFinite(`${name}: raw`, raw);
  requireFinite(`${name}: target`, target);
}

interface Block {
  low: number;
  high: number;
  weight: number;
  mean: number;
}

function joined(a: Block, b: Block): Block {
  const weight = a.weight + b.weight;
  return { low: a.low, high: b.high, weight, mean: a.mean + (b.weight / weight) * (b.mean - a.mean) };
}

/** Appends a block and merges it with its predecessors for as long as `join` returns true. */
function push(blocks: Block[], block: Block, join: (before: Block, after: Block) => boolean): void {
  let last = block;
  while (blocks.length > 0 && join(blocks[blocks.length - 1], last)) last = joined(blocks.pop()!, last);
  blocks.push(last);
}

/**
 * Least-squares non-decreasing fit by pooling adjacent violators (Barlow et al. 1972). Equal values of `raw` are pooled
 * first.
 * @returns points for linear interpolation, constant outside; `x` strictly ascending, `y` never decreasing.
 * @throws INVALID_INPUT if there are no values, the lengths differ or a value is not finite
 * @example
 * const { x, y } = fitIsotonic([1, 2, 3, 4], [0, 1, 0, 1]);
 * [...x]; // => [1, 2, 3, 4]
 * [...y]; // => [0, 0.5, 0.5, 1]
 */
export function fitIsotonic(
  raw: ArrayLike<number>,
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): { x: Float64Array; y: Float64Array } {
  requireFit('isotonic calibration', raw, target);
  const distinct: Block[] = [];
  for (const i of ascending(raw)) {
    const weight = weights ? weights[i] : 1;
    const block = { low: raw[i], high: raw[i], weight, mean: target[i] };
    if (weight > 0) push(distinct, block, (before, after) => before.high === after.low);
  }
  const blocks: Block[] = [];
  for (const block of distinct) push(blocks, block, (before, after) => before.mean >= after.mean);
  const points = blocks.flatMap(({ low, high, mean }) =>
    low === high
      ? [[low, mean]]
      : [
          [low, mean],
          [high, mean],
        ],
  );
  return {
    x: Float64Array.from(points, ([x]) => x),
    y: Float64Array.from(points, ([, y]) => y),
  };
}

/**
 * A line through weighted points by least squares, `target ≈ intercept + slope · raw`; the slope is 0 if `raw` is constant.
 * @throws INVALID_INPUT if there are no values, the lengths differ or a value is not finite
 * @example
 * fitAffine([1, 2, 3], [3, 5, 7]); // => { slope: 2, intercept: 1 }
 */
export function fitAffine(
  raw: ArrayLike<number>,
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): { slope: number; intercept: number } {
  requireFit('affine calibration', raw, target);
  let total = 0;
  let meanX = 0;
  let meanY = 0;
  let xx = 0;
  let xy = 0;
  // Running means and co-moments lose no digits when values are large compared with their spread.
  for (let i = 0; i < raw.length; i++) {
    const weight = weights ? weights[i] : 1;
    if (weight <= 0) continue;
    total += weight;
    const dx = raw[i] - meanX;
    meanX += (weight / total) * dx;
    meanY += (weight / total) * (target[i] - meanY);
    xx += weight * dx * (raw[i] - meanX);
    xy += weight * dx * (target[i] - meanY);
  }
  const slope = xx > 0 ? xy / xx : 0;
  return { slope, intercept: meanY - slope * meanX };
}

/** log(1 + e^z) without overflow. */
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/**
 * Platt scaling, `probability = sigmoid(intercept + slope · raw)`: targets are moved inwards from 0 and 1 as in Platt
 * (1999), and the fit is Newton's method with backtracking (Lin, Lin and Weng 2007, algorithm 1).
 * @param outcome 0 and 1.
 * @throws INVALID_INPUT if there are no values, the lengths differ or a value is not finite
 * @example
 * const { slope, intercept } = fitPlatt([-1, 1, -1, 1], [0, 1, 0, 1]);
 * slope; // => 1.0986
 * intercept.toFixed(4); // => '0.0000'
 */
export function fitPlatt(
  raw: ArrayLike<number>,
  outcome: ArrayLike<number>,
  weights?: ArrayLike<number>,
): { slope: number; intercept: number } {
  requireFit('Platt scaling', raw, outcome);
  const weight = (i: number) => (weights ? weights[i] : 1);
  let ones = 0;
  let zeros = 0;
  for (let i = 0; i < raw.length; i++) {
    if (outcome[i] > 0) ones += weight(i);
    else zeros += weight(i);
  }
  const high = (ones + 1) / (ones + 2);
  const low = 1 / (zeros + 2);
  const loss = (slope: number, intercept: number) => {
    let sum = 0;
    for (let i = 0; i < raw.length; i++) {
      const z = intercept + slope * raw[i];
      sum += weight(i) * (softplus(z) - (outcome[i] > 0 ? high : low) * z);
    }
    return sum;
  };

  let slope = 0;
  let intercept = Math.log((ones + 1) / (zeros + 1));
  let current = loss(slope, intercept);
  for (let round = 0; round < 100; round++) {
    // Gradient and Hessian; the ridge keeps the Hessian invertible if raw is constant.
    let gs = 0;
    let gi = 0;
    let hss = 1e-12;
    let hii = 1e-12;
    let hsi = 0;
    for (let i = 0; i < raw.length; i++) {
      const p = 1 / (1 + Math.exp(-(intercept + slope * raw[i])));
      const gradient = weight(i) * (p - (outcome[i] > 0 ? high : low));
      const curvature = weight(i) * p * (1 - p);
      gs += gradient * raw[i];
      gi += gradient;
      hss += curvature * raw[i] * raw[i];
      hii += curvature;
      hsi += curvature * raw[i];
    }
    if (Math.abs(gs) < 1e-10 && Math.abs(gi) < 1e-10) break;
    const determinant = hss * hii - hsi * hsi;
    const stepSlope = -(hii * gs - hsi * gi) / determinant;
    const stepIntercept = -(hss * gi - hsi * gs) / determinant;
    const descent = gs * stepSlope + gi * stepIntercept;
    let step = 1;
    let next = loss(slope + step * stepSlope, intercept + step * stepIntercept);
    while (step > 1e-10 && !(next < current + 1e-4 * step * descent)) {
      step /= 2;
      next = loss(slope + step * stepSlope, intercept + step * stepIntercept);
    }
    if (step <= 1e-10) break;
    slope += step * stepSlope;
    intercept += step * stepIntercept;
    current = next;
  }
  return { slope, intercept };
}
