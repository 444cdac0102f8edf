import { populationDeviation } from '../statistics/wasserstein.ts';
import { adwinDetector } from './detectors/adwin.ts';
import type { StreamDetector } from './detectors/detector.ts';
import { pageHinkleyDetector, valuesBetweenFalseAlarms } from './detectors/page-hinkley.ts';

/** A change of the mean of a stream, as one detector saw it. */
export interface StreamChange {
  detector: StreamDetector['name'];
  /** The value at which the alarm came; the change itself lies somewhat before. */
  id: string;
  at: string;
}

export interface StreamReport {
  verdict: 'drift' | 'no_drift' | 'not_enough_data';
  n: number;
  needed: number;
  /** In order of time. */
  changes: StreamChange[];
  /** Values between two false alarms of Page-Hinkley, about, if nothing ever changes. */
  falseAlarmEvery: number;
  reason: string;
}

/**
 * Did the predictions change while they came in? Replays them in order of time through Page-Hinkley, scaled by the
 * reference, and ADWIN, which needs none: the same log gives the same alarms, whatever process died in between.
 * @param predictions any order; `at` is an ISO date.
 * @param reference outputs of the model in training.
 * @param needed predictions before anything is said; default 50.
 */
export function watchStream(
  predictions: readonly { id: string; at: string; value: number }[],
  reference: ArrayLike<number>,
  needed = 50,
): StreamReport {
  const values = Float64Array.from(reference);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const n = predictions.length;
  const base = { n, needed, falseAlarmEvery: Math.round(valuesBetweenFalseAlarms()) };
  if (Math.min(n, values.length) < needed) {
    const reason = `${n} predictions and ${values.length} of reference: ${needed} of each are needed.`;
    return { verdict: 'not_enough_data', ...base, changes: [], reason };
  }
  const detectors = [pageHinkleyDetector({ mean, deviation: populationDeviation(values) }), adwinDetector()];
  const ordered = [...predictions].sort((a, b) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1,
  );
  const changes = ordered.flatMap(({ id, at, value }) =>
    detectors.filter((detector) => detector.update(value)).map(({ name }) => ({ detector: name, id, at })),
  );
  const first = changes[0];
  return {
    verdict: first ? 'drift' : 'no_drift',
    ...base,
    changes,
    reason: first
      ? `The mean of the predictions changed before ${first.at} (${first.detector}, prediction ${first.id}).`
      : `No change within ${n} predictions.`,
  };
}
