import { populationDeviation } from '../statistics/wasserstein.ts';
import { STREAM_DETECTORS, type StreamDetectorName } from './stream-detectors/catalog.ts';
import { valuesBetweenFalseAlarms } from './stream-detectors/page-hinkley.ts';

/** A change of the mean of a stream, as one detector saw it. */
export interface StreamChange {
  detector: StreamDetectorName;
  /** The value that raised the alarm; the change itself happened somewhat earlier. */
  id: string;
  at: string;
}

export interface StreamReport {
  verdict: 'drift' | 'no_drift' | 'not_enough_data';
  n: number;
  needed: number;
  /** In order of time. */
  changes: StreamChange[];
  /** Approximate number of values between two false alarms of Page-Hinkley while nothing changes. */
  falseAlarmEvery: number;
  reason: string;
}

/** Predictions, and values of the reference, below which no verdict is given. */
const MIN_VALUES = 50;

/**
 * Tells whether the predictions changed while they came in, by replaying them in order of time through every stream
 * detector. A replay needs no state: the same log always gives the same alarms, whichever process crashed in between.
 * @param predictions in any order; `at` is an ISO date.
 * @param reference outputs of the model in training.
 * @example
 * const reference = Array.from({ length: 60 }, (_, i) => 5 + (i % 3));
 * const predictions = reference.map((value, i) => ({ id: `p${i}`, at: new Date(1000 * i).toISOString(), value }));
 * watchStream(predictions, reference).verdict; // => 'no_drift'
 * watchStream(predictions.slice(0, 10), reference).verdict; // => 'not_enough_data'
 */
export function watchStream(
  predictions: readonly { id: string; at: string; value: number }[],
  reference: ArrayLike<number>,
): StreamReport {
  const values = Float64Array.from(reference);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const n = predictions.length;
  const base = { n, needed: MIN_VALUES, falseAlarmEvery: Math.round(valuesBetweenFalseAlarms()) };
  if (Math.min(n, values.length) < MIN_VALUES) {
    const reason = `There are ${n} predictions and ${values.length} reference values; at least ${MIN_VALUES} of each are needed.`;
    return { verdict: 'not_enough_data', ...base, changes: [], reason };
  }
  const moments = { mean, deviation: populationDeviation(values) };
  const runs = STREAM_DETECTORS.entries.map(({ name, start }) => ({ name, run: start(moments) }));
  const ordered = [...predictions].sort((a, b) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1,
  );
  const changes = ordered.flatMap(({ id, at, value }) =>
    runs.filter(({ run }) => run.update(value)).map(({ name }) => ({ detector: name, id, at })),
  );
  const first = changes[0];
  return {
    verdict: first ? 'drift' : 'no_drift',
    ...base,
    changes,
    reason: first
      ? `The mean of the predictions changed before ${first.at} (detected by ${first.detector} at prediction ${first.id}).`
      : `No change in ${n} predictions.`,
  };
}
