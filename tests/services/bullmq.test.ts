import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBullmqQueue } from '../../platform/queue/bullmq/bullmq-queue.ts';
import type { JobHandler, Queue } from '../../platform/queue/queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { threadConformance } from '../conformance/handler-thread.ts';
import { queueConformance } from '../conformance/queue.ts';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { serviceUrl } from './real.ts';
import { freshPrefix } from './redis-prefix.ts';

const url = serviceUrl('redis');

/** Opens clients of one new queue, like several processes. */
function freshQueue(options: { jobsPerMinute?: number } = {}) {
  const path = join(makeFolder(), 'touchline.db');
  const prefix = freshPrefix(url as string);
  return () => openBullmqQueue({ ...options, url: url as string, prefix, store: openSqliteStore({ path }) });
}

function open<T extends Queue>(connect: () => T): T {
  const queue = connect();
  onTestFinished(() => queue.close());
  return queue;
}

describe.skipIf(!url)('BullMQ on a real Redis (needs scripts/services.sh start redis)', () => {
  queueConformance('bullmq', async () => {
    const connect = freshQueue();
    return { queue: connect(), again: async () => connect() };
  });

  threadConformance('bullmq', async () => {
    const connect = freshQueue();
    return [open(connect), open(connect)];
  });

  it('runs the most urgent job first, across kinds', async () => {
    const queue = open(freshQueue());
    const seen: unknown[] = [];
    const note: JobHandler = async (payload) => seen.push(payload);
    await queue.add('a', 1, { priority: 1 });
    await queue.add('b', 2, { priority: 3 });
    await queue.add('a', 3, { priority: 2 });
    await queue.add('c', 4);
    queue.work({ a: note, b: note, c: note }, { pollMs: 20 });
    await eventually(() => seen.length === 4);
    expect(seen).toEqual([2, 3, 1, 4]);
  });

  it('limits how many jobs of a kind start per minute, across workers', async () => {
    const connect = freshQueue({ jobsPerMinute: 3 });
    const queues = [open(connect), open(connect)];
    const seen: unknown[] = [];
    const note: JobHandler = async (payload) => seen.push(payload);
    for (let i = 0; i < 5; i++) await queues[0].add('note', i);
    for (let i = 0; i < 3; i++) await queues[0].add('other', `other ${i}`);
    for (const queue of queues) queue.work({ note, other: note }, { pollMs: 20, concurrency: 4 });
    await eventually(() => seen.length >= 6);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(seen.filter((one) => typeof one === 'number')).toHaveLength(3);
    expect(seen.filter((one) => typeof one === 'string')).toHaveLength(3);
  });

  it('removes a BullMQ job without a record, which a crash between the two writes leaves behind', async () => {
    const queue = open(freshQueue());
    await queue.add('note', 'recorded');
    const [bullQueue] = await queue.bullQueues();
    await bullQueue.add('note', 'unrecorded', { jobId: 'orphan' });
    const seen: unknown[] = [];
    queue.work({ note: async (payload) => seen.push(payload) }, { pollMs: 20 });
    await eventually(async () => (await bullQueue.getJob('orphan')) === undefined, 30_000);
    expect(seen).toEqual(['recorded']);
  });

  it('shows the state of each job in BullMQ', async () => {
    const queue = open(freshQueue());
    await queue.add('good', { product: 'shots' });
    await queue.add('bad', null, { maxAttempts: 1 });
    await queue.add('later', null, { delayMs: 60_000 });
    const handlers: Record<string, JobHandler> = {
      good: async () => null,
      bad: async () => {
        throw new Error('broken');
      },
    };
    queue.work(handlers, { pollMs: 20 });
    await eventually(async () => {
      const { done, dead } = await queue.counts();
      return done === 1 && dead === 1;
    });
    const shown = Object.fromEntries((await queue.bullQueues()).map((one) => [one.name, one]));
    expect(Object.keys(shown)).toEqual(['bad', 'good', 'later']);
    await eventually(async () => (await shown.good.getCompletedCount()) === 1);
    await eventually(async () => (await shown.bad.getFailedCount()) === 1);
    expect((await shown.bad.getFailed())[0].failedReason).toBe('broken');
    expect((await shown.good.getCompleted())[0].data).toEqual({ product: 'shots' });
    expect(await shown.later.getDelayedCount()).toBe(1);
  });
});
