import { catalogOf } from '../platform/catalog.ts';
import { binOf } from './calibration-error.ts';
import { requireCount, requireFinite, requireSameLength } from './checks.ts';
import { rocAuc, spearman } from './rank-metrics.ts';
import { type Weighted, weightedMean } from './weighted.ts';

/** A measure of predictions, which states whether bigger is better. */
export interface Metric {
  name: string;
  task: 'regression' | 'binary';
  biggerIsBetter: boolean;
  /**
   * @param actual given scores, or outcomes 0 and 1.
   * @param predicted scores, or probabilities of outcome 1.
   * @returns NaN if it is undefined, such as R² and Spearman's ρ of constants or the AUC of one class.
   * @throws INVALID_INPUT if there are no values, the lengths differ or a value is not finite
   */
  compute(actual: ArrayLike<number>, predicted: ArrayLike<number>): number;
  /** Sorts and bins once, then measures with many weights (how often each row counts), as a bootstrap needs. */
  prepare(actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted;
}

function metric(
  name: string,
  task: Metric['task'],
  biggerIsBetter: boolean,
  prepare: Metric['prepare'],
): Metric {
  const checked: Metric['prepare'] = (actual, predicted) => {
    requireSameLength(name, actual, predicted);
    requireCount(name, actual, 1);
    requireFinite(`${name}: actual`, actual);
    requireFinite(`${name}: predicted`, predicted);
    return prepare(actual, predicted);
  };
  return {
    name,
    task,
    biggerIsBetter,
    prepare: checked,
    compute: (actual, predicted) => checked(actual, predicted)(new Float64Array(actual.length).fill(1)),
  };
}

/** Weighted mean of one number per row, passed through `after`. */
function mean(of: (actual: number, predicted: number) => number, after = (x: number) => x) {
  return (actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted => {
    const points = Float64Array.from({ length: actual.length }, (_, i) => of(actual[i], predicted[i]));
    return (weights) => after(weightedMean(points, weights));
  };
}

/** 1 − SSE / SST around the mean of the actual values. */
function r2(actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted {
  return (weights) => {
    const centre = weightedMean(actual, weights);
    let residual = 0;
    let total = 0;
    for (let i = 0; i < actual.length; i++) {
      residual += weights[i] * (actual[i] - predicted[i]) ** 2;
      total += weights[i] * (actual[i] - centre) ** 2;
    }
    return total > 0 ? 1 - residual / total : Number.NaN;
  };
}

const ECE_BINS = 10;

const positive = (probability: number): number => (probability >= 0.5 ? 1 : 0);

/** Harmonic mean of precision and recall at the threshold 0.5; 0 without positives. */
function f1(actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted {
  return (weights) => {
    let found = 0;
    let both = 0;
    for (let i = 0; i < actual.length; i++) {
      const guess = positive(predicted[i]);
      found += weights[i] * (guess + actual[i]);
      both += weights[i] * guess * actual[i];
    }
    return found > 0 ? (2 * both) / found : 0;
  };
}

/** Expected calibration error over bins of equal width: Σ share · |mean outcome − mean probability|. */
function ece(actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted {
  const bin = Int32Array.from({ length: predicted.length }, (_, i) => binOf(predicted[i], ECE_BINS));
  return (weights) => {
    const gaps = new Float64Array(ECE_BINS);
    let total = 0;
    for (let i = 0; i < bin.length; i++) {
      gaps[bin[i]] += weights[i] * (actual[i] - predicted[i]);
      total += weights[i];
    }
    return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
  };
}

/** Probabilities are clipped to this distance from 0 and 1, so that one confident mistake has a finite loss. */
const LEAST_PROBABILITY = 1e-15;

function logLossOf(actual: number, predicted: number): number {
  const p = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, predicted));
  return actual === 1 ? -Math.log(p) : -Math.log(1 - p);
}

/**
 * Agreement with the panel: the share of scores within a tenth of the scale (one point on 0–10).
 * @param scale ends of the product's scale.
 * @example
 * agreementOn([0, 10]).compute([7.3, 5, 8, 2], [6.3, 5.9, 9.5, 2]); // => 0.75
 */
export function agreementOn(scale: readonly [number, number]): Metric {
  // Scores such as 7.3 and 6.3 differ by more than 1 by a rounding error.
  const tolerance = 0.1 * (scale[1] - scale[0]) * (1 + 1e-9);
  return metric(
    'agreement',
    'regression',
    true,
    mean((actual, predicted) => (Math.abs(actual - predicted) <= tolerance ? 1 : 0)),
  );
}

/**
 * Every metric by name. `agreement` is on the scale 0–10; use {@link metricsFor} for another one.
 * @example
 * METRICS.mae.compute([5, 7, 6], [6, 7, 8]); // => 1
 * METRICS.rocAuc.compute([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8]); // => 0.875
 * METRICS.rocAuc.biggerIsBetter; // => true
 */
export const METRICS: Readonly<Record<string, Metric>> = {
  r2: metric('r2', 'regression', true, r2),
  mae: metric(
    'mae',
    'regression',
    false,
    mean((a, p) => Math.abs(a - p)),
  ),
  rmse: metric(
    'rmse',
    'regression',
    false,
    mean((a, p) => (a - p) ** 2, Math.sqrt),
  ),
  spearman: metric('spearman', 'regression', true, spearman),
  agreement: agreementOn([0, 10]),
  logLoss: metric('logLoss', 'binary', false, mean(logLossOf)),
  brier: metric(
    'brier',
    'binary',
    false,
    mean((a, p) => (a - p) ** 2),
  ),
  rocAuc: metric('rocAuc', 'binary', true, rocAuc),
  accuracy: metric(
    'accuracy',
    'binary',
    true,
    mean((a, p) => (positive(p) === a ? 1 : 0)),
  ),
  f1: metric('f1', 'binary', true, f1),
  ece: metric('ece', 'binary', false, ece),
};

/**
 * The metrics of a task, with agreement on the product's own scale.
 * @example
 * metricsFor('regression', [0, 20]).map(({ name }) => name); // => ['r2', 'mae', 'rmse', 'spearman', 'agreement']
 */
export function metricsFor(task: Metric['task'], scale?: readonly [number, number]): Metric[] {
  return Object.values(METRICS)
    .filter((one) => one.task === task)
    .map((one) => (one.name === 'agreement' && scale ? agreementOn(scale) : one));
}

const CATALOG = catalogOf('metric', Object.values(METRICS));

/** @throws INVALID_INPUT for an unknown name, with the names that exist */
export function metricNamed(name: string): Metric {
  return CATALOG.named(name);
}
