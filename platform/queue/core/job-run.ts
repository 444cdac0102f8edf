import type { Clock } from '../../clock.ts';
import { TouchlineError, toTouchlineError } from '../../errors.ts';
import type { Lease } from '../../lease.ts';
import type { ProgressEvent } from '../../progress.ts';
import type { Stored } from '../../store/store.ts';
import type { JobHandler } from '../queue.ts';
import { done, failed, givenBack, type JobRecord, toJob } from './job-record.ts';

/** One run of a job by its handler. */
export interface JobRun {
  /** Resolves when the run is recorded; rejects if it could not be. */
  readonly finished: Promise<void>;
  /** Aborts the handler, and gives the job back even if the handler does not stop. */
  abort(): void;
}

/** Milliseconds from reported progress until it is written: progress that comes in between is written with it. */
const PROGRESS_MS = 500;
/** Milliseconds an aborted handler has to stop before its job is given back anyway. */
const ABORT_MS = 1_000;

/**
 * Runs a claimed job, and records its progress and how it ended.
 * @param deps.onEnd receives the record as written, undefined if the lease was lost and another worker has the job.
 */
export function runJob(deps: {
  lease: Lease<JobRecord>;
  handler: JobHandler;
  clock: Clock;
  onProgress?(event: ProgressEvent): void;
  onEnd(record: Stored<JobRecord> | undefined): Promise<void>;
}): JobRun {
  const { lease, handler, clock } = deps;
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, lease.signal]);
  let giveUp = () => {};
  const givenUp = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  let latest: ProgressEvent | undefined;
  let cancelProgress: (() => void) | undefined;

  const withProgress = (record: JobRecord) => (latest ? { ...record, progress: latest } : record);

  function progress(event: ProgressEvent) {
    latest = event;
    deps.onProgress?.(event);
    cancelProgress ??= clock.after(PROGRESS_MS, () => {
      cancelProgress = undefined;
      lease.update(withProgress).catch(() => {});
    });
  }

  async function end(change: (record: JobRecord) => JobRecord) {
    cancelProgress?.();
    await deps.onEnd(await lease.release((record) => change(withProgress(record))));
  }

  async function run() {
    try {
      const result = await handler(lease.taken.payload, { job: toJob(lease.taken), signal, progress });
      await end((record) => done(record, result ?? null, clock.now()));
    } catch (error) {
      const thrown = toTouchlineError(error);
      await end((record) => (signal.aborted ? givenBack(record) : failed(record, thrown, clock.now())));
    }
  }

  const finished = Promise.race([run(), givenUp.then(() => end(givenBack))]);
  return {
    finished,
    abort() {
      stopping.abort(new TouchlineError('UNAVAILABLE', 'The worker is shutting down.'));
      const cancel = clock.after(ABORT_MS, giveUp);
      finished.catch(() => {}).finally(cancel);
    },
  };
}
