import { randomUUID } from 'node:crypto';
import { Queue as BullQueue, createRedisBackend, Worker } from 'bullmq';
import { nextTime } from '../leases/schedules.ts';
import type { BullLineDeps } from './bull-dispatcher.ts';

/** No kind of job can have this name. */
const NAME = '_schedules';
const LOCK_MS = 10_000;

/** A job scheduler of BullMQ for each schedule; its jobs only ring, since the records say what is due. */
export function openAlarms({ redis, prefix, onError }: BullLineDeps) {
  // The same expressions as without Redis, always in UTC.
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
    /** Whether a schedule rang since the last time that anybody asked. */
    async ring(): Promise<boolean> {
      const { worker } = open();
      let rung = false;
      for (;;) {
        const token = randomUUID();
        const job = await worker.getNextJob(token, { block: false });
        if (!job) return rung;
        rung = true;
        await job.moveToCompleted(null, token, false);
      }
    },
    async close(): Promise<void> {
      await opened?.worker.close(true);
      await opened?.queue.close();
    },
  };
}
