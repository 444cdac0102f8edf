import { randomUUID } from 'node:crypto';
import { Queue as BullQueue, createRedisBackend, Worker } from 'bullmq';
import { nextTime } from '../core/schedules.ts';
import type { KindWorkerDeps } from './kind-workers.ts';

/** Cannot be the name of a kind of job. */
const NAME = '_schedules';
const LOCK_MS = 10_000;

/**
 * A BullMQ job scheduler for each schedule. Its BullMQ jobs only signal that something may be due; which schedules are
 * due is read from their records.
 */
export function openBullSchedules({
  redis,
  prefix,
  onError,
}: Pick<KindWorkerDeps, 'redis' | 'prefix' | 'onError'>) {
  // Cron expressions mean the same as without Redis, always in UTC.
  const settings = {
    repeatStrategy: (now: number, { pattern = '' }: { pattern?: string }) => nextTime(pattern, now),
  };
  let opened: { queue: BullQueue; worker: Worker } | undefined;

  function open() {
    if (opened) return opened;
    const options = { connection: redis.client(), prefix, skipVersionCheck: true, settings };
    const queue = new BullQueue(NAME, { ...options, skipMetasUpdate: true });
    const worker = new Worker(
      NAME,
      null,
      { ...options, autorun: false, lockDuration: LOCK_MS, stalledInterval: LOCK_MS, runRetryDelay: 1_000 },
      (name, own) => createRedisBackend(name, own),
    );
    queue.on('error', onError);
    worker.on('error', onError);
    worker.startStalledCheckTimer().catch(onError);
    opened = { queue, worker };
    return opened;
  }

  return {
    async set(schedule: string, cron: string): Promise<void> {
      const { queue } = open();
      const kept = await queue.getJobScheduler(schedule);
      if (kept?.pattern === cron) return;
      await queue.upsertJobScheduler(
        schedule,
        { pattern: cron },
        { name: schedule, opts: { removeOnComplete: true, removeOnFail: true } },
      );
    },
    async clear(schedule: string): Promise<void> {
      await open().queue.removeJobScheduler(schedule);
    },
    /** Whether a schedule fell due since the last call, in whichever process that was. */
    async takeDue(): Promise<boolean> {
      const { worker } = open();
      let due = false;
      for (;;) {
        const token = randomUUID();
        const job = await worker.getNextJob(token, { block: false });
        if (!job) return due;
        due = true;
        await job.moveToCompleted(null, token, false);
      }
    },
    async close(): Promise<void> {
      await opened?.worker.close(true);
      await opened?.queue.close();
    },
  };
}
