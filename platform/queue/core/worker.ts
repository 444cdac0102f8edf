import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { type TouchlineError, toTouchlineError } from '../../errors.ts';
import { createLeases, type Lease } from '../../lease.ts';
import type { Collection } from '../../store/store.ts';
import { updateDocument } from '../../store/update-document.ts';
import type { JobHandler } from '../queue.ts';
import type { Dependencies } from './dependencies.ts';
import type { Delivery, Dispatcher } from './dispatcher.ts';
import { abandoned, claimed, type JobRecord } from './job-record.ts';
import { type JobRun, runJob } from './job-run.ts';

export interface WorkerDeps {
  jobs: Collection<JobRecord>;
  dispatcher: Dispatcher;
  clock: Clock;
  dependencies: Dependencies;
  /** Enqueues a job that no longer waits for others. */
  onReady(record: JobRecord): Promise<void>;
  /** Enqueues every waiting or failed job that is not enqueued, and every schedule. */
  enqueueAll(): Promise<void>;
  /** Adds the jobs of schedules that are due. */
  fireSchedules(): Promise<void>;
  /** Receives errors that happen between jobs, such as an unavailable store. */
  onError(error: TouchlineError): void;
  /** How long done jobs are kept. */
  retentionMs: number;
}

export interface Worker {
  /** Looks for jobs now rather than at the next poll. */
  wake(): void;
  stop(graceMs?: number): Promise<void>;
}

const SWEEP_MS = 5_000;
const PRUNE_MS = 3_600_000;
/** How long a stopping worker lets its jobs run before it aborts them and returns them to the queue. */
const STOP_GRACE_MS = 5_000;
/** How long a stopping worker waits for a poll in progress, which may hang on an unavailable service. */
const POLL_GRACE_MS = 3_000;

/** Polls for jobs of the handlers' kinds, runs them, and recovers those whose worker crashed. */
export function startWorker(
  deps: WorkerDeps,
  handlers: Readonly<Record<string, JobHandler>>,
  options: { concurrency: number; leaseMs: number; pollMs: number },
): Worker {
  const { jobs, dispatcher, clock, dependencies } = deps;
  const kinds = Object.keys(handlers);
  const leases = createLeases({
    ...{ collection: jobs, clock, leaseMs: options.leaseMs },
    leasedUntil: ({ leaseUntil }) => leaseUntil,
    withLease: (record, leaseUntil) => ({ ...record, leaseUntil }),
  });
  const running = new Map<string, JobRun>();
  let stopping = false;
  let polling: Promise<void> | undefined;
  let pollAgain = false;
  let lastError: string | undefined;
  let cancelPoll = () => {};
  let lastSweep = Number.NEGATIVE_INFINITY;
  let lastPrune = Number.NEGATIVE_INFINITY;

  async function recoverExpired() {
    const expired = await jobs.find({ leaseUntil: { lt: clock.now() } }, { limit: 50 });
    for (const { id } of expired.items) {
      const now = clock.now();
      const written = await updateDocument(jobs, id, (record) =>
        record?.leaseUntil !== undefined && record.leaseUntil < now ? abandoned(record, now) : undefined,
      );
      if (written?.state === 'dead') await dependencies.onEnded(written);
      if (written?.state === 'waiting') await deps.onReady(written);
    }
  }

  async function maintain() {
    await dispatcher.reconcile(deps.enqueueAll);
    await recoverExpired();
    await deps.fireSchedules();
    if (clock.now() - lastSweep >= SWEEP_MS) {
      lastSweep = clock.now();
      await dependencies.sweep();
    }
    if (clock.now() - lastPrune < PRUNE_MS) return;
    lastPrune = clock.now();
    const oldest = new Date(clock.now() - deps.retentionMs).toISOString();
    await jobs.deleteMany({ state: 'done', finishedAt: { lt: oldest } });
  }

  async function claimJobs() {
    while (!stopping && running.size < options.concurrency) {
      const free = options.concurrency - running.size;
      const deliveries = await dispatcher.take(kinds, free, options.leaseMs);
      if (deliveries.length === 0) return;
      for (const delivery of deliveries) {
        const { record } = delivery;
        const lease = stopping
          ? undefined
          : await leases.take(claimed(record, randomUUID()), record._version);
        if (lease) start(lease, delivery);
        else await delivery.settle(stopping ? record : undefined);
      }
    }
  }

  function start(lease: Lease<JobRecord>, delivery: Delivery) {
    const { id, kind } = lease.taken;
    const run = runJob({
      ...{ lease, handler: handlers[kind], clock },
      onProgress: delivery.showProgress,
      async onEnd(record) {
        if (record?.state === 'done' || record?.state === 'dead') await dependencies.onEnded(record);
        await delivery.settle(record);
      },
    });
    const finished = run.finished
      .catch((error) => deps.onError(toTouchlineError(error)))
      .finally(() => {
        running.delete(id);
        wake();
      });
    running.set(id, { ...run, finished });
  }

  async function poll() {
    do {
      pollAgain = false;
      try {
        await maintain();
        await claimJobs();
        lastError = undefined;
      } catch (thrown) {
        const error = toTouchlineError(thrown);
        // Reported once, not at every poll for as long as it lasts.
        if (error.message !== lastError) deps.onError(error);
        lastError = error.message;
      }
    } while (pollAgain && !stopping);
  }

  function wake() {
    if (stopping) return;
    if (polling) {
      pollAgain = true;
      return;
    }
    cancelPoll();
    polling = poll().finally(() => {
      polling = undefined;
      if (!stopping) cancelPoll = clock.after(options.pollMs, wake);
    });
  }

  /** Waits for the work, but no longer than this. */
  async function atMost(ms: number, work: Promise<unknown> | undefined) {
    let cancel = () => {};
    const timeout = new Promise<void>((resolve) => {
      cancel = clock.after(ms, resolve);
    });
    await Promise.race([work, timeout]);
    cancel();
  }

  wake();
  return {
    wake,
    async stop(graceMs = STOP_GRACE_MS) {
      stopping = true;
      cancelPoll();
      await atMost(POLL_GRACE_MS, polling);
      const allFinished = () => Promise.all([...running.values()].map((run) => run.finished));
      await atMost(graceMs, allFinished());
      for (const run of running.values()) run.abort();
      await allFinished();
    },
  };
}
