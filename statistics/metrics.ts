import { TouchlineError } from '../platform/errors.ts';
import { binOf } from './calibration.ts';
import { requireCount, requireFinite, requireSameLength } from './checks.ts';
import { ascending } from './correlation.ts';

type Weighted = (weights: ArrayLike<number>) => number;

/** A measure of predictions that knows whether bigger is better. */
export interface Metric {
  name: string;
  task: 'regression' | 'binary';
  biggerIsBetter: boolean;
  /**
   * @param actual given scores, or outcomes 0 and 1.
   * @param predicted scores, or probabilities of 1.
   * @returns NaN where it is not defined: R² and Spearman of constants, AUC of one class.
   * INVALID_INPUT on nothing, different lengths or values that are not finite.
   */
  compute(actual: ArrayLike<number>, predicted: ArrayLike<number>): number;
  /** Sorts and bins once, then measures under many weights (how often a row counts): what a bootstrap needs. */
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

/** Weighted mean of one number a row, then `after` it. */
function mean(of: (actual: number, predicted: number) => number, after = (x: number) => x) {
  return (actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted => {
    const points = Float64Array.from({ length: actual.length }, (_, i) => of(actual[i], predicted[i]));
    return (weights) => after(weightedMean(points, weights));
  };
}

function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i] * values[i];
    total += weights[i];
  }
  return sum / total;
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

/** Calls `visit` with runs of equal values, in ascending order. */
function runs(values: ArrayLike<number>, order: Int32Array, visit: (start: number, end: number) => void) {
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    visit(start, end);
    start = end;
  }
}

/** Pearson's r of weighted mean ranks. */
function spearman(actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted {
  const sides = [actual, predicted].map((values) => ({ values, order: ascending(values) }));
  return (weights) => {
    const [a, b] = sides.map(({ values, order }) => {
      const ranks = new Float64Array(order.length);
      let before = 0;
      runs(values, order, (start, end) => {
        let mass = 0;
        for (let i = start; i < end; i++) mass += weights[order[i]];
        for (let i = start; i < end; i++) ranks[order[i]] = before + mass / 2;
        before += mass;
      });
      return ranks;
    });
    const meanA = weightedMean(a, weights);
    const meanB = weightedMean(b, weights);
    let ab = 0;
    let aa = 0;
    let bb = 0;
    for (let i = 0; i < a.length; i++) {
      ab += weights[i] * (a[i] - meanA) * (b[i] - meanB);
      aa += weights[i] * (a[i] - meanA) ** 2;
      bb += weights[i] * (b[i] - meanB) ** 2;
    }
    return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : Number.NaN;
  };
}

/** Share of pairs (one of each class) in the right order, ties half: the Mann-Whitney form of the area under the ROC. */
function rocAuc(actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted {
  const order = ascending(predicted);
  return (weights) => {
    let zerosBelow = 0;
    let ones = 0;
    let right = 0;
    runs(predicted, order, (start, end) => {
      let zerosHere = 0;
      let onesHere = 0;
      for (let i = start; i < end; i++) {
        if (actual[order[i]] === 1) onesHere += weights[order[i]];
        else zerosHere += weights[order[i]];
      }
      right += onesHere * (zerosBelow + zerosHere / 2);
      zerosBelow += zerosHere;
      ones += onesHere;
    });
    return ones > 0 && zerosBelow > 0 ? right / (ones * zerosBelow) : Number.NaN;
  };
}

const positive = (probability: number): number => (probability >= 0.5 ? 1 : 0);

/** Harmonic mean of precision and recall at 0.5; 0 where nothing is found. */
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

/** Expected calibration error over equal-width bins: Σ share · |mean outcome − mean probability|. */
function ece(bins: number) {
  return (actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted => {
    const bin = Int32Array.from({ length: predicted.length }, (_, i) => binOf(predicted[i], bins));
    return (weights) => {
      const gaps = new Float64Array(bins);
      let total = 0;
      for (let i = 0; i < bin.length; i++) {
        gaps[bin[i]] += weights[i] * (actual[i] - predicted[i]);
        total += weights[i];
      }
      return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
    };
  };
}

/** Probabilities are kept this far from 0 and 1, so that one sure mistake stays finite. */
const LEAST_PROBABILITY = 1e-15;

function logLossOf(actual: number, predicted: number): number {
  const p = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, predicted));
  return actual === 1 ? -Math.log(p) : -Math.log(1 - p);
}

/**
 * Agreement with the panel: share of scores within a tenth of the scale (one point of 0–10).
 * @param scale ends of the product's scale.
 */
export function agreementOn(scale: readonly [number, number], share = 0.1): Metric {
  // Scores such as 7.3 and 6.3 are a rounding error more than 1 apart.
  const tolerance = share * (scale[1] - scale[0]) * (1 + 1e-9);
  return metric(
    'agreement',
    'regression',
    true,
    mean((actual, predicted) => (Math.abs(actual - predicted) <= tolerance ? 1 : 0)),
  );
}

/** Every metric by name. `agreement` is on the scale 0–10; use {@link metricsFor} for another one. */
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
  ece: metric('ece', 'binary', false, ece(10)),
};

/** The metrics of a task, agreement measured on the product's own scale. */
export function metricsFor(task: Metric['task'], scale?: readonly [number, number]): Metric[] {
  return Object.values(METRICS)
    .filter((one) => one.task === task)
    .map((one) => (one.name === 'agreement' && scale ? agreementOn(scale) : one));
}

/** A metric by name; INVALID_INPUT names the known ones. */
export function metricNamed(name: string): Metric {
  if (!Object.hasOwn(METRICS, name)) {
    throw new TouchlineError(
      'INVALID_INPUT',
      `There is no metric '${name}': use one of ${Object.keys(METRICS).join(', ')}.`,
    );
  }
  return METRICS[name];
}
