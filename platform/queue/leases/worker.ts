import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { TouchlineError, toTouchlineError } from '../../errors.ts';
import type { ProgressEvent } from '../../progress.ts';
import type { Collection, Stored } from '../../store/store.ts';
import type { JobHandler } from '../queue.ts';
import { type Flow, update } from './dependencies.ts';
import type { Line, Turn } from './dispatcher.ts';
import { holdLease } from './job-lease.ts';
import { abandoned, claimed, done, failed, givenBack, type JobRecord, toJob } from './job-record.ts';

export interface WorkerDeps {
  jobs: Collection<JobRecord>;
  line: Line;
  clock: Clock;
  flow: Flow;
  /** Puts a job in line that waits for nothing any more. */
  ready(record: JobRecord): Promise<void>;
  /** Puts every unfinished job in line. */
  refill(): Promise<void>;
  /** Adds the jobs of schedules that are due. */
  fireSchedules(): Promise<void>;
  /** Hears of what goes wrong between jobs, such as a store that is away. */
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
/** How long a look for jobs may take once the worker stops. */
const LOOK_MS = 3_000;
/** How long an aborted handler has to notice before its lease is given back over its head. */
const ABORT_MS = 1_000;

export function startWorker(
  deps: WorkerDeps,
  handlers: Readonly<Record<string, JobHandler>>,
  options: { concurrency: number; leaseMs: number; pollMs: number },
): Worker {
  const { jobs, line, clock, flow } = deps;
  const kinds = Object.keys(handlers);
  const running = new Map<string, { finished: Promise<void>; abort(): void }>();
  let stopping = false;
  let looking: Promise<void> | undefined;
  let again = false;
  let trouble: string | undefined;
  let cancelPoll = () => {};
  let lastSweep = Number.NEGATIVE_INFINITY;
  let lastPrune = Number.NEGATIVE_INFINITY;

  async function recover() {
    const expired = await jobs.find({ leaseUntil: { lt: clock.now() } }, { limit: 50 });
    for (const { id } of expired.items) {
      const now = clock.now();
      const written = await update(jobs, id, (record) =>
        record.leaseUntil !== undefined && record.leaseUntil < now ? abandoned(record, now) : undefined,
      );
      if (written?.state === 'dead') await flow.ended(written);
      if (written?.state === 'waiting') await deps.ready(written);
    }
  }

  async function tidy() {
    await line.mend(deps.refill);
    await recover();
    await deps.fireSchedules();
    if (clock.now() - lastSweep >= SWEEP_MS) {
      lastSweep = clock.now();
      await flow.sweep();
    }
    if (clock.now() - lastPrune < PRUNE_MS) return;
    lastPrune = clock.now();
    const oldest = new Date(clock.now() - deps.retentionMs).toISOString();
    await jobs.deleteMany({ state: 'done', finishedAt: { lt: oldest } });
  }

  async function take() {
    while (!stopping && running.size < options.concurrency) {
      const free = options.concurrency - running.size;
      const turns = await line.next(kinds, free, options.leaseMs);
      if (turns.length === 0) return;
      for (const turn of turns) {
        const { _version, ...record } = turn.record;
        const mine = stopping
          ? undefined
          : await jobs.compareAndSwap(claimed(record, randomUUID(), clock.now() + options.leaseMs), _version);
        if (mine) start(mine, turn);
        else await turn.end(stopping ? record : undefined);
      }
    }
  }

  function start(record: Stored<JobRecord>, turn: Turn) {
    const controller = new AbortController();
    const lease = holdLease(jobs, clock, record, options.leaseMs, () =>
      controller.abort(new TouchlineError('CONFLICT', 'The lease of the job was lost.')),
    );
    let letGo: () => void;
    const abandonedByStop = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const end = async (change: (current: JobRecord) => JobRecord) => {
      const written = await lease.end(change);
      if (written && (written.state === 'done' || written.state === 'dead')) await flow.ended(written);
      await turn.end(written);
    };
    const run = async () => {
      try {
        const progress = (event: ProgressEvent) => {
          lease.progress(event);
          turn.progress?.(event);
        };
        const context = { job: toJob(record), signal: controller.signal, progress };
        const result = await handlers[record.kind](record.payload, context);
        await end((current) => done(current, result ?? null, clock.now()));
      } catch (error) {
        const thrown = toTouchlineError(error);
        await end((current) =>
          controller.signal.aborted ? givenBack(current) : failed(current, thrown, clock.now()),
        );
      }
    };
    const finished = Promise.race([run(), abandonedByStop.then(() => end(givenBack))])
      .catch((error) => deps.onError(toTouchlineError(error)))
      .finally(() => {
        running.delete(record.id);
        wake();
      });
    running.set(record.id, {
      finished,
      abort() {
        controller.abort(new TouchlineError('UNAVAILABLE', 'The worker stops.'));
        const cancel = clock.after(ABORT_MS, letGo);
        finished.finally(cancel);
      },
    });
  }

  async function look() {
    do {
      again = false;
      try {
        await tidy();
        await take();
        trouble = undefined;
      } catch (error) {
        const ours = toTouchlineError(error);
        // Told once, not at every poll for as long as it lasts.
        if (ours.message !== trouble) deps.onError(ours);
        trouble = ours.message;
      }
    } while (again && !stopping);
  }

  function wake() {
    if (stopping) return;
    if (looking) {
      again = true;
      return;
    }
    cancelPoll();
    looking = look().finally(() => {
      looking = undefined;
      if (!stopping) cancelPoll = clock.after(options.pollMs, wake);
    });
  }

  /** Waits until it is done, for so many milliseconds at most. */
  async function atMost(ms: number, done: Promise<unknown> | undefined) {
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(ms, resolve);
    });
    await Promise.race([done, late]);
    cancel();
  }

  wake();
  return {
    wake,
    async stop(graceMs = 10_000) {
      stopping = true;
      cancelPoll();
      // One that waits for a service that is away is not waited for.
      await atMost(LOOK_MS, looking);
      const all = () => Promise.all([...running.values()].map((job) => job.finished));
      await atMost(graceMs, all());
      for (const job of running.values()) job.abort();
      await all();
    },
  };
}
