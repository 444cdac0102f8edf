import type { ProgressEvent } from '../platform/progress.ts';
import type { MetricPoint } from '../platform/tracking/tracking.ts';
import type { CallContext } from '../platform/workers/protocol.ts';
import type { TrainingLog } from './estimator.ts';

/** What a training worker sends while it fits. */
export interface LogEvent {
  points: MetricPoint[];
  progress?: ProgressEvent;
}

export type FitCall = CallContext<LogEvent>;

/**
 * Runs a fit in a worker with a log whose entries reach the caller. Points of curves travel with the next progress event
 * or the result: a message for each would cost as much as a boosting round on few rows.
 */
export async function withLog<R>(
  { emit }: Pick<FitCall, 'emit'>,
  work: (log: TrainingLog) => R | Promise<R>,
): Promise<R> {
  let points: MetricPoint[] = [];
  const flush = (progress?: ProgressEvent) => {
    emit({ points, progress });
    points = [];
  };
  const result = await work({
    metric: (name, value, step) => void points.push({ name, value, step }),
    progress: flush,
  });
  if (points.length > 0) flush();
  return result;
}

/** The other side of `withLog`: writes the worker's entries to the log of the fit. */
export function forwardTo(log: TrainingLog): (event: LogEvent) => void {
  return ({ points, progress }) => {
    for (const { name, value, step } of points) log.metric(name, value, step);
    if (progress) log.progress(progress);
  };
}
