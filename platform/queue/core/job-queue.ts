import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../clock.ts';
import { TouchlineError } from '../../errors.ts';
import { hashBytes } from '../../hash.ts';
import type { Collection, Json, Store } from '../../store/store.ts';
import { updateDocument } from '../../store/update-document.ts';
import type { Job, JobOptions, JobState, Queue } from '../queue.ts';
import { createDependencies } from './dependencies.ts';
import type { Dispatcher } from './dispatcher.ts';
import { blocked, type JobRecord, revived, toJob, waiting } from './job-record.ts';
import { createSchedules } from './schedules.ts';
import { startWorker, type Worker } from './worker.ts';

const STATES: readonly JobState[] = ['blocked', 'waiting', 'active', 'done', 'failed', 'dead'];
const KIND = /^[A-Za-z][A-Za-z0-9_.:-]{0,99}$/;
/** Priorities range from minus this to plus this. */
export const MAX_PRIORITY = 1_000_000;
/**
 * How long a worker holds a job unless it renews the lease, which its main thread does every third of this time. So it is
 * also how long the jobs of a crashed worker wait until another one takes them.
 */
const JOB_LEASE_MS = 6_000;
const DAY_MS = 86_400_000;

/** A queue of records in a store; the dispatcher decides which of them runs next. All queue adapters are built on it. */
export function openJobQueue(options: {
  store: Store;
  dispatcher: (jobs: Collection<JobRecord>) => Dispatcher;
  clock?: Clock;
  retentionMs?: number;
  onError?: (error: TouchlineError) => void;
}): Queue {
  const { store, clock = systemClock, retentionMs = 30 * DAY_MS, onError = () => {} } = options;
  const jobs: Collection<JobRecord> = store.collection('queue_jobs', {
    indexes: [
      ['turn'],
      ['leaseUntil'],
      ['waitsFor'],
      ['state', 'createdAt'],
      ['state', 'finishedAt'],
      ['kind', 'createdAt'],
      ['createdAt'],
    ],
  });
  const dispatcher = options.dispatcher(jobs);
  const workers = new Set<Worker>();
  const wake = () => {
    for (const worker of workers) worker.wake();
  };
  const onReady = async (record: JobRecord) => {
    await dispatcher.ensureEnqueued(record);
    wake();
  };
  const dependencies = createDependencies(jobs, clock.now, onReady);
  const schedules = createSchedules(
    store.collection('queue_schedules', { indexes: [['nextAt']] }),
    clock.now,
    add,
    dispatcher,
  );
  let sequence = 0;

  async function add(kind: string, payload: Json, jobOptions: JobOptions = {}): Promise<Job> {
    const record = newRecord(kind, payload, jobOptions, clock.now(), sequence++);
    const kept = jobOptions.key === undefined ? undefined : await jobs.get(record.id);
    if (kept) return toJob(kept);
    for (const id of record.after)
      if (!(await jobs.get(id)))
        throw new TouchlineError('NOT_FOUND', `There is no job '${id}' to depend on.`);
    if (record.state === 'waiting') await dispatcher.enqueue(record);
    const written = await jobs.compareAndSwap(record, 0);
    if (!written) return found(record.id);
    if (written.state === 'blocked') await dependencies.settle(written.id);
    wake();
    return found(record.id);
  }

  async function found(id: string): Promise<Job> {
    const record = await jobs.get(id);
    if (!record) throw new TouchlineError('NOT_FOUND', `There is no job '${id}'.`);
    return toJob(record);
  }

  /** Enqueues every waiting or failed job that is not enqueued, and every schedule. */
  async function enqueueAll(): Promise<void> {
    for (const state of ['waiting', 'failed'] as const) {
      let cursor: string | undefined;
      do {
        const page = await jobs.find({ state }, { limit: 200, cursor });
        await Promise.all(page.items.map(dispatcher.ensureEnqueued));
        cursor = page.next;
      } while (cursor);
    }
    await schedules.restore();
  }

  return {
    name: dispatcher.name,
    add,
    async get(id) {
      const record = await jobs.get(id);
      return record && toJob(record);
    },
    async list(filter = {}, limit = 100) {
      const query = {
        ...(filter.kind !== undefined && { kind: filter.kind }),
        ...(filter.state !== undefined && { state: filter.state }),
      };
      const page = await jobs.find(query, { sort: 'createdAt', descending: true, limit });
      return page.items.map(toJob);
    },
    async counts() {
      const counts = await Promise.all(
        STATES.map(async (state) => [state, await jobs.count({ state })] as const),
      );
      return Object.fromEntries(counts) as Record<JobState, number>;
    },
    async retry(id) {
      const written = await updateDocument(jobs, id, (record) =>
        record?.state === 'dead' || record?.state === 'failed' ? revived(record, clock.now()) : undefined,
      );
      if (!written) {
        const job = await found(id);
        throw new TouchlineError(
          'CONFLICT',
          `Job '${id}' is ${job.state}: only dead and failed jobs can be retried.`,
        );
      }
      // As it was written: by now a worker may have taken it.
      if (written.state === 'waiting') {
        await onReady(written);
        return toJob(written);
      }
      await dependencies.settle(id);
      return found(id);
    },
    schedule: schedules.set,
    unschedule: schedules.remove,
    work(handlers, { concurrency = 1, leaseMs = JOB_LEASE_MS, pollMs = 500 } = {}) {
      const fireSchedules = async () => {
        if (await dispatcher.scheduleDue()) await schedules.fire();
      };
      const worker = startWorker(
        {
          ...{ jobs, dispatcher, clock, dependencies, retentionMs },
          ...{ onReady, enqueueAll, fireSchedules, onError },
        },
        handlers,
        { concurrency, leaseMs, pollMs },
      );
      workers.add(worker);
      return {
        async stop(graceMs) {
          workers.delete(worker);
          await worker.stop(graceMs);
        },
      };
    },
    ping: dispatcher.ping,
    async close() {
      await Promise.all([...workers].map((worker) => worker.stop(0)));
      workers.clear();
      await dispatcher.close();
    },
  };
}

function newRecord(
  kind: string,
  payload: Json,
  options: JobOptions,
  now: number,
  sequence: number,
): JobRecord {
  const { key, priority = 0, maxAttempts = 3, backoffMs = 1_000, delayMs = 0, dependsOn = [] } = options;
  if (!KIND.test(kind))
    throw new TouchlineError(
      'INVALID_INPUT',
      `'${kind.slice(0, 120)}' is not a valid kind of job: use letters, digits and _ . : - after a first letter, 100 at most.`,
    );
  const check = (name: string, value: number, low: number, high: number) => {
    if (!Number.isInteger(value) || value < low || value > high)
      throw new TouchlineError(
        'INVALID_INPUT',
        `${name} must be a whole number from ${low} to ${high}, not ${value}.`,
      );
  };
  check('priority', priority, -MAX_PRIORITY, MAX_PRIORITY);
  check('maxAttempts', maxAttempts, 1, 1_000);
  check('backoffMs', backoffMs, 0, DAY_MS);
  check('delayMs', delayMs, 0, 365 * DAY_MS);
  const createdAt = new Date(now).toISOString();
  const rank = String(MAX_PRIORITY - priority).padStart(7, '0');
  const record: JobRecord = {
    // Every process derives the same id from a key, so the store itself refuses a second job.
    id: key === undefined ? randomUUID() : hashBytes(JSON.stringify([kind, key])).slice(0, 32),
    kind,
    payload,
    state: 'waiting',
    attempt: 0,
    attempts: maxAttempts,
    backoffMs,
    runAt: now + delayMs,
    order: `${rank} ${createdAt} ${String(sequence).padStart(9, '0')}`,
    after: [...new Set(dependsOn)],
    lost: 0,
    createdAt,
  };
  return dependsOn.length > 0 ? blocked(record, dependsOn[0]) : waiting(record);
}
