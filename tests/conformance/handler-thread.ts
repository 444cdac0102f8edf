import { expect, it, onTestFinished } from 'vitest';
import { threadedHandlers } from '../../platform/queue/handler-thread.ts';
import type { Job, Queue } from '../../platform/queue/queue.ts';
import { startThread } from '../../platform/threads.ts';
import { eventually } from './tools.ts';

const LEASE_MS = 600;

/** What holds for every queue whose handlers run in a thread. @param open two clients of one queue. */
export function threadConformance(name: string, open: () => Promise<readonly [Queue, Queue]>) {
  it(`${name}: a handler that computes for three leases is run once`, async () => {
    const [queue, other] = await open();
    const start = () => startThread(import.meta.url, '../platform/blocking-thread');
    const { handlers, close } = threadedHandlers(['compute', 'refuse', 'wait', 'crash'], start);
    onTestFinished(close);
    const options = { pollMs: 20, leaseMs: LEASE_MS, concurrency: 2 };
    const worker = queue.work(handlers, options);
    const ended = async ({ id }: Job, state: Job['state']) => {
      await eventually(async () => (await queue.get(id))?.state === state, 30_000);
      return (await queue.get(id)) as Job;
    };
    // The thread is up, so that what follows is computing alone.
    await ended(await queue.add('compute', 0), 'done');

    const job = await queue.add('compute', 3 * LEASE_MS);
    await eventually(async () => (await queue.get(job.id))?.state === 'active');
    const takenOver: string[] = [];
    const rival = other.work({ compute: async (_, { job: { id } }) => takenOver.push(id) }, options);
    expect(await ended(job, 'done')).toMatchObject({ result: job.id, attempt: 1 });
    expect(takenOver).toEqual([]);
    await rival.stop();

    // What crosses between threads is what a handler in this thread would give.
    expect((await queue.get(job.id))?.progress).toMatchObject({ stage: 'compute', done: 1 });
    const refused = await ended(await queue.add('refuse', null), 'dead');
    expect(refused).toMatchObject({ attempt: 1, error: { code: 'INVALID_INPUT', message: 'no such clip' } });
    const crashed = await ended(await queue.add('crash', null, { attempts: 1 }), 'dead');
    expect(crashed.error).toMatchObject({ code: 'INTERNAL', message: 'broken thread' });
    const waits = await queue.add('wait', null);
    await ended(waits, 'active');
    await worker.stop(0);
    expect(await queue.get(waits.id)).toMatchObject({ state: 'waiting', attempt: 0 });
  });
}
