import { type Interval, metricInterval } from '../statistics/bootstrap.ts';
import type { Metric } from '../statistics/metrics.ts';

/** A logged prediction. */
export interface LoggedPrediction {
  id: string;
  value: number;
  /** Athlete, video or game; the prediction's own id where it is not known. */
  group?: string;
}

/** What turned out to be true of a prediction: an outcome 0 or 1, or the experts' score. */
export interface Label {
  /** Id of the prediction. */
  id: string;
  value: number;
}

export interface LiveMetric {
  name: string;
  live: Interval;
  /** As measured on the test part; absent where the package promised nothing. */
  promised?: Interval;
  /** True where the difference lies beyond both intervals together, in the worse direction. */
  worse: boolean;
}

export interface LiveError {
  verdict: 'worse' | 'as_promised' | 'not_enough_data';
  /** Predictions with a label, without one yet, and how many labelled ones are needed. */
  labelled: number;
  waiting: number;
  needed: number;
  metrics: LiveMetric[];
  /** One sentence a metric that got worse, or what is missing. */
  reasons: string[];
}

/** Is the live value worse than promised by more than the two half-widths, joined as of independent samples? */
function isWorse(metric: Metric, live: Interval, promised: Interval): boolean {
  const loss = metric.biggerIsBetter ? promised.value - live.value : live.value - promised.value;
  const half = metric.biggerIsBetter
    ? Math.hypot(live.high - live.value, promised.value - promised.low)
    : Math.hypot(live.value - live.low, promised.high - promised.value);
  return loss > half;
}

/**
 * Error of logged predictions once their labels are there, against what the test part promised.
 * The last label of an id counts; labels of unknown predictions are left aside.
 * @param minimum labelled predictions needed; default 50.
 */
export function liveError(
  predictions: readonly LoggedPrediction[],
  labels: readonly Label[],
  options: {
    metrics: readonly Metric[];
    promised?: Readonly<Record<string, Interval>>;
    minimum?: number;
    seed: number;
    samples?: number;
  },
): LiveError {
  const { metrics, promised = {}, minimum = 50, seed, samples } = options;
  const truth = new Map(labels.map((label) => [label.id, label.value]));
  const joined = predictions.filter((prediction) => truth.has(prediction.id));
  const counts = {
    labelled: joined.length,
    waiting: predictions.length - joined.length,
    needed: minimum,
  };
  if (joined.length < minimum) {
    const reason = `${joined.length} of ${predictions.length} predictions have a label: ${minimum} are needed.`;
    return { verdict: 'not_enough_data', ...counts, metrics: [], reasons: [reason] };
  }
  const actual = joined.map((prediction) => truth.get(prediction.id)!);
  const predicted = joined.map((prediction) => prediction.value);
  const groups = joined.map((prediction) => prediction.group ?? prediction.id);
  const measured = metrics.map((metric): LiveMetric => {
    const live = metricInterval({ metric, actual, predicted, groups, seed, samples });
    const before = promised[metric.name];
    return {
      name: metric.name,
      live,
      promised: before,
      worse: before !== undefined && isWorse(metric, live, before),
    };
  });
  const reasons = measured
    .filter((metric) => metric.worse)
    .map(
      ({ name, live, promised: before }) =>
        `${name} is ${live.value.toFixed(4)} [${live.low.toFixed(4)}, ${live.high.toFixed(4)}] on ${joined.length} labelled predictions; the test part promised ${before!.value.toFixed(4)}.`,
    );
  return { verdict: reasons.length > 0 ? 'worse' : 'as_promised', ...counts, metrics: measured, reasons };
}
