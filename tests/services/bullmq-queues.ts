import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openBullmqQueue } from '../../platform/queue/bullmq/queue.ts';
import type { JobHandler, Queue } from '../../platform/queue/queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { temporaryFolder } from '../conformance/tools.ts';

/** How workers of these tests look for jobs. */
export const fast = { pollMs: 20, leaseMs: 3_000 };

/** A queue of its own, and what becomes of its jobs; `connect` opens it as another process would. */
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

/** The error of something, if any, and how many milliseconds it took to come. */
export const timed = async (work: Promise<unknown>) => {
  const began = performance.now();
  const answer = await work.then(
    () => undefined,
    (error) => error,
  );
  return { answer, ms: performance.now() - began };
};
export const unavailable = { code: 'UNAVAILABLE', details: { setting: 'TOUCHLINE_QUEUE' } };
