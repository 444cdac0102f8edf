import { randomUUID } from 'node:crypto';
import { type Job as BullJob, createRedisBackend, UnrecoverableError, Worker } from 'bullmq';
import type { Clock } from '../../clock.ts';
import type { ProgressEvent } from '../../progress.ts';
import type { Collection, Stored } from '../../store/store.ts';
import type { Delivery } from '../core/dispatcher.ts';
import type { JobRecord } from '../core/job-record.ts';
import type { RedisConnection } from './redis-connection.ts';

export interface KindWorkerDeps {
  redis: RedisConnection;
  prefix: string;
  /** How many jobs of one kind all workers together may start; 0 for no limit. */
  jobsPerMinute: number;
  jobs: Collection<JobRecord>;
  clock: Clock;
  /** Receives errors of work that no caller waits for. */
  onError(error: unknown): void;
}

/** A BullMQ job is added just before its record. A missing record is looked up this many times, this far apart. */
const UNRECORDED = { lookUps: 20, waitMs: 250 };
/** The record counts how often a job was lost: BullMQ's own count must not end the job earlier. */
const MAX_STALLED = 1_000_000;

/** A BullMQ job that this process has locked. */
interface LockedJob {
  bullJob: BullJob;
  token: string;
  /** Progress not yet sent to BullMQ. */
  progress?: ProgressEvent;
}

/** Name of the BullMQ queue of a kind: BullMQ does not accept colons. */
export const queueName = (kind: string) => kind.replaceAll(':', '%3A');

/** Takes BullMQ jobs and keeps them locked while they run, by one BullMQ worker for each kind and length of lease. */
export function openKindWorkers(deps: KindWorkerDeps) {
  const { redis, prefix, jobsPerMinute, jobs, clock, onError } = deps;
  const kindWorkers = new Map<string, ReturnType<typeof openKindWorker>>();

  function openKindWorker(kind: string, leaseMs: number) {
    const worker = new Worker(
      queueName(kind),
      null,
      {
        connection: redis.client(),
        prefix,
        autorun: false,
        skipVersionCheck: true,
        lockDuration: leaseMs,
        stalledInterval: leaseMs / 2,
        maxStalledCount: MAX_STALLED,
        runRetryDelay: 1_000,
        ...(jobsPerMinute > 0 && { limiter: { max: jobsPerMinute, duration: 60_000 } }),
      },
      // BullMQ jobs are fetched one by one, so the second, blocking connection is not needed.
      (name, options) => createRedisBackend(name, options),
    );
    worker.on('error', onError);
    worker.startStalledCheckTimer().catch(onError);
    const locked = new Map<string, LockedJob>();
    const renewal = setInterval(() => {
      const all = [...locked.values()];
      if (all.length === 0) return;
      const ids = all.map(({ bullJob }) => String(bullJob.id));
      const tokens = all.map(({ token }) => token);
      // Losing a lock is harmless: the lease in the record says which worker has the job.
      worker.extendJobLocks(ids, tokens, leaseMs).catch(onError);
      for (const one of all) {
        if (one.progress) one.bullJob.updateProgress({ ...one.progress }).catch(onError);
        one.progress = undefined;
      }
    }, leaseMs / 3);
    renewal.unref();
    return {
      worker,
      locked,
      async close() {
        clearInterval(renewal);
        await worker.close(true);
      },
    };
  }

  function kindWorkerOf(kind: string, leaseMs: number) {
    const key = `${kind} ${leaseMs}`;
    let kindWorker = kindWorkers.get(key);
    if (!kindWorker) {
      kindWorker = openKindWorker(kind, leaseMs);
      kindWorkers.set(key, kindWorker);
    }
    return kindWorker;
  }

  /** Moves a BullMQ job to the state that its job's record says. */
  async function settle(bullJob: BullJob, token: string, record: JobRecord | undefined): Promise<void> {
    if (!record) {
      if (bullJob.attemptsStarted > UNRECORDED.lookUps) return drop(bullJob, token);
      return bullJob.moveToDelayed(clock.now() + UNRECORDED.waitMs, token);
    }
    switch (record.state) {
      case 'done':
        await bullJob.moveToCompleted(null, token, false);
        return;
      case 'dead':
        await bullJob.moveToFailed(bullError(record, UnrecoverableError), token, false);
        return;
      case 'failed':
        if (bullJob.attemptsMade < record.attempt && record.runAt > clock.now()) {
          await bullJob.moveToFailed(bullError(record, Error), token, false);
          return;
        }
        return bullJob.moveToDelayed(record.runAt, token);
      case 'active':
        // Another worker runs it: look again when its lease would expire.
        return bullJob.moveToDelayed(record.leaseUntil ?? clock.now(), token);
      case 'blocked':
        return drop(bullJob, token);
      case 'waiting':
        if (record.runAt > clock.now()) return bullJob.moveToDelayed(record.runAt, token);
        await bullJob.moveToWait(token);
    }
  }

  /** Removes the BullMQ job of a job that does not wait, so that it can be added again. */
  async function drop(bullJob: BullJob, token: string): Promise<void> {
    await bullJob.moveToCompleted(null, token, false);
    await bullJob.remove();
  }

  return {
    /** The next job of a kind that may run now. */
    async take(kind: string, leaseMs: number): Promise<Delivery | undefined> {
      const { worker, locked } = kindWorkerOf(kind, leaseMs);
      for (;;) {
        const token = randomUUID();
        const bullJob = await worker.getNextJob(token, { block: false });
        if (!bullJob) return undefined;
        const id = String(bullJob.id);
        const settleFinally = async (record: JobRecord | undefined) => {
          locked.delete(token);
          await settle(bullJob, token, record ?? (await jobs.get(id))).catch((error) => {
            // A numeric code means that the BullMQ job or its lock is gone: whoever added it again has it now.
            if (typeof error.code !== 'number') onError(redis.unavailable(error));
          });
        };
        const record = await jobs.get(id);
        if (!mayRun(record, clock.now())) {
          await settleFinally(record);
          continue;
        }
        const lockedJob: LockedJob = { bullJob, token };
        locked.set(token, lockedJob);
        return {
          record,
          settle: settleFinally,
          showProgress(event) {
            lockedJob.progress = event;
          },
        };
      }
    },
    async close() {
      await Promise.all([...kindWorkers.values()].map((kindWorker) => kindWorker.close()));
    },
  };
}

/** The job's error for BullMQ's pages, with its code in place of a stack of this file. */
function bullError({ error }: JobRecord, type: new (message?: string) => Error): Error {
  const shown = new type(error?.message);
  shown.stack = `${error?.code}: ${error?.message}`;
  return shown;
}

const mayRun = (record: Stored<JobRecord> | undefined, now: number): record is Stored<JobRecord> =>
  (record?.state === 'waiting' || record?.state === 'failed') && record.runAt <= now;
