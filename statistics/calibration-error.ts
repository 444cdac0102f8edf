import { seeded } from '../platform/random.ts';
import { requireCount, requireFinite, requireSameLength } from './checks.ts';
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
