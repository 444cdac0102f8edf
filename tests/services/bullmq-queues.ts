import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openBullmqQueue } from '../../platform/queue/bullmq/bullmq-queue.ts';
import type { JobHandler, Queue } from '../../platform/queue/queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { temporaryFolder } from '../conformance/tools.ts';

/** Worker options for short tests. */
export const fast = { pollMs: 20, leaseMs: 3_000 };

/** Opens a new queue; `connect` opens it again like another process, and `runs` lists the payloads that `note` handled. */
export function openQueue(url: string, prefix = `t${Math.random().toString(36).slice(2)}`) {
  const path = join(temporaryFolder(), 'touchline.db');
  const runs: unknown[] = [];
  const note: JobHandler = async (payload) => runs.push(payload);
  const connect = (to = url, more: Partial<Parameters<typeof openBullmqQueue>[0]> = {}): Queue => {
    const store = openSqliteStore({ path });
    const queue = openBullmqQueue({ url: to, prefix, store, ...more });
    onTestFinished(async () => {
      await queue.close();
      await store.close();
    });
    return queue;
  };
  return { queue: connect(), connect, note, runs, prefix };
}

/** The error of `work`, if it fails, and its duration in milliseconds. */
export const timed = async (work: Promise<unknown>) => {
  const began = performance.now();
  const answer = await work.then(
    () => undefined,
    (error) => error,
  );
  return { answer, ms: performance.now() - began };
};
export const unavailable = { code: 'UNAVAILABLE', details: { setting: 'TOUCHLINE_QUEUE' } };
