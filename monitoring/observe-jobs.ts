import type { JobHandler } from '../platform/queue/queue.ts';
import type { JobOutcome, Metrics } from './metrics.ts';

const OUTCOMES: readonly JobOutcome[] = ['done', 'failed', 'stopped'];

/** Wraps job handlers so that they are counted and timed. Every series exists from the start, so that the first run shows as an increase. */
export function observeJobs(
  handlers: Readonly<Record<string, JobHandler>>,
  metrics: Metrics,
): Record<string, JobHandler> {
  const observed = Object.entries(handlers).map(([kind, handler]): [string, JobHandler] => {
    for (const outcome of OUTCOMES) metrics.jobs.inc({ kind, outcome }, 0);
    metrics.jobSeconds.zero({ kind });
    metrics.jobsActive.set({ kind }, 0);
    return [
      kind,
      async (payload, context) => {
        const took = metrics.jobSeconds.startTimer({ kind });
        const ended = (outcome: JobOutcome) => {
          took();
          metrics.jobsActive.dec({ kind });
          metrics.jobs.inc({ kind, outcome });
        };
        metrics.jobsActive.inc({ kind });
        try {
          const result = await handler(payload, context);
          ended('done');
          return result;
        } catch (error) {
          ended(context.signal.aborted ? 'stopped' : 'failed');
          throw error;
        }
      },
    ];
  });
  return Object.fromEntries(observed);
}
