import { expect, it, onTestFinished } from 'vitest';
import { type HandlerMethods, threadedHandlers } from '../../platform/queue/handler-thread.ts';
import type { Job, Queue } from '../../platform/queue/queue.ts';
import { openWorker } from '../../platform/workers/worker.ts';
import { eventually } from './tools.ts';

const LEASE_MS = 600;

/** Checks that every queue must pass when its handlers run in a thread. @param open opens two clients of one queue. */
export function threadConformance(name: string, open: () => Promise<readonly [Queue, Queue]>) {
  it(`${name}: a handler that computes for three leases runs once`, async () => {
    const [queue, other] = await open();
    const openThread = () => openWorker<HandlerMethods>(import.meta.url, '../platform/blocking-thread');
    const { handlers, close } = threadedHandlers(['compute', 'refuse', 'wait', 'crash'], openThread);
    onTestFinished(close);
    const options = { pollMs: 20, leaseMs: LEASE_MS, concurrency: 2 };
    const worker = queue.work(handlers, options);
    const ended = async ({ id }: Job, state: Job['state']) => {
      await eventually(async () => (await queue.get(id))?.state === state, 30_000);
      return (await queue.get(id)) as Job;
    };
    // Now the thread has started, and what follows is computing alone.
    await ended(await queue.add('compute', 0), 'done');

    const job = await queue.add('compute', 3 * LEASE_MS);
    await eventually(async () => (await queue.get(job.id))?.state === 'active');
    const takenOver: string[] = [];
    const rival = other.work({ compute: async (_, { job: { id } }) => takenOver.push(id) }, options);
    expect(await ended(job, 'done')).toMatchObject({ result: job.id, attempt: 1 });
    expect(takenOver).toEqual([]);
    await rival.stop();

    // Progress, errors and aborts arrive as they would from a handler in this thread.
    expect((await queue.get(job.id))?.progress).toMatchObject({ stage: 'compute', done: 1 });
    const refused = await ended(await queue.add('refuse', null), 'dead');
    expect(refused).toMatchObject({ attempt: 1, error: { code: 'INVALID_INPUT', message: 'no such clip' } });
    const crashed = await ended(await queue.add('crash', null, { maxAttempts: 1 }), 'dead');
    expect(crashed.error).toMatchObject({ code: 'INTERNAL', message: 'The worker crashed: broken thread.' });
    const waits = await queue.add('wait', null);
    await ended(waits, 'active');
    await worker.stop(0);
    expect(await queue.get(waits.id)).toMatchObject({ state: 'waiting', attempt: 0 });
  });
}
