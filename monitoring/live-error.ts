import { type Interval, metricInterval } from '../statistics/bootstrap.ts';
import type { Metric } from '../statistics/metrics.ts';

/** A logged prediction. */
export interface LoggedPrediction {
  id: string;
  value: number;
  /** Athlete, video or game; where absent, the prediction is a group of its own. */
  group?: string;
}

/** The ground truth of a prediction: an outcome 0 or 1, or the experts' score. */
export interface Label {
  /** Id of the prediction. */
  id: string;
  value: number;
}

export interface LiveMetric {
  name: string;
  live: Interval;
  /** The same metric on the test part; absent where the package was never tested. */
  promised?: Interval;
  /** Whether it is worse by more than both intervals combined. */
  worse: boolean;
}

export interface LiveError {
  verdict: 'worse' | 'as_promised' | 'not_enough_data';
  /** Predictions with a label, predictions still without one, and how many labelled ones are needed. */
  labelled: number;
  waiting: number;
  needed: number;
  metrics: LiveMetric[];
  /** One sentence for each metric that is worse, or what is missing. */
  reasons: string[];
}

/** Whether the live value is worse by more than the two half-widths combined as for independent samples. */
function isWorse(metric: Metric, live: Interval, promised: Interval): boolean {
  const loss = metric.biggerIsBetter ? promised.value - live.value : live.value - promised.value;
  const half = metric.biggerIsBetter
    ? Math.hypot(live.high - live.value, promised.value - promised.low)
    : Math.hypot(live.value - live.low, promised.high - promised.value);
  return loss > half;
}

/** Labelled predictions below which no verdict is given. */
const MIN_LABELLED = 50;

/**
 * Error of logged predictions once their labels have arrived, compared with the error on the test part.
 * Of several labels with one id the last counts; labels of unknown predictions are ignored.
 * @param options.seed of the bootstrap intervals.
 */
export function liveError(
  predictions: readonly LoggedPrediction[],
  labels: readonly Label[],
  options: { metrics: readonly Metric[]; promised?: Readonly<Record<string, Interval>>; seed: number },
): LiveError {
  const { metrics, promised = {}, seed } = options;
  const truth = new Map(labels.map((label) => [label.id, label.value]));
  const joined = predictions.filter((prediction) => truth.has(prediction.id));
  const counts = {
    labelled: joined.length,
    waiting: predictions.length - joined.length,
    needed: MIN_LABELLED,
  };
  if (joined.length < MIN_LABELLED) {
    const reason = `${joined.length} of ${predictions.length} predictions have a label; at least ${MIN_LABELLED} are needed.`;
    return { verdict: 'not_enough_data', ...counts, metrics: [], reasons: [reason] };
  }
  const actual = joined.map((prediction) => truth.get(prediction.id)!);
  const predicted = joined.map((prediction) => prediction.value);
  const groups = joined.map((prediction) => prediction.group ?? prediction.id);
  const measured = metrics.map((metric): LiveMetric => {
    const live = metricInterval({ metric, actual, predicted, groups, seed });
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
        `${name} is ${live.value.toFixed(4)} [${live.low.toFixed(4)}, ${live.high.toFixed(4)}] on ${joined.length} labelled predictions; it was ${before!.value.toFixed(4)} on the test part.`,
    );
  return { verdict: reasons.length > 0 ? 'worse' : 'as_promised', ...counts, metrics: measured, reasons };
}
