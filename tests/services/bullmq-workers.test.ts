import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { etlJob } from '../../pipelines/jobs.ts';
import { openBullmqQueue } from '../../platform/queue/bullmq/bullmq-queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { start } from '../cli/touchline.ts';
import { eventually, temporaryFolder } from '../conformance/tools.ts';
import { hasProgram, startService } from './real.ts';

/** The grace period of jobs, and the time that the worker needs itself. */
const STOPPED_SECONDS = 5 + 10;
const SLOW_MACHINE_MS = 120_000;

/** An empty source that answers on command. */
async function startSlowSource() {
  const waiting = new Set<ServerResponse>();
  const server = createServer((_request, response) => {
    waiting.add(response);
    response.once('close', () => waiting.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waiting,
    answer() {
      for (const response of waiting) response.setHeader('content-type', 'application/json').end('[]');
    },
  };
}

describe.skipIf(!hasProgram('redis-server'))('touchline worker on Redis (needs redis-server)', () => {
  it('shares the jobs between processes, and finishes or returns its jobs when it stops', async () => {
    const redis = await startService('redis');
    onTestFinished(() => redis.stop());
    const data = temporaryFolder();
    const store = openSqliteStore({ path: join(data, 'touchline.db') });
    const queue = openBullmqQueue({ url: redis.url, store });
    onTestFinished(async () => {
      await queue.close();
      await store.close();
    });
    const source = await startSlowSource();
    const work = async () => {
      const env = { TOUCHLINE_QUEUE: redis.url };
      const worker = await start(['worker', '--json', '--data', data], { env });
      onTestFinished(() => void worker.child.kill('SIGKILL'));
      await eventually(() => worker.output().includes('\n'), SLOW_MACHINE_MS);
      return worker;
    };
    const addJob = (product: string) =>
      etlJob.add(queue, { product, from: source.url, limit: 10 }, { maxAttempts: 1 });
    const stateOf = async (id: string) => (await queue.get(id))?.state;

    // Each worker has one job, and both wait for the source at the same time.
    const [first, second] = [await work(), await work()];
    const jobs = [await addJob('shots'), await addJob('shots')];
    await eventually(() => source.waiting.size === 2, SLOW_MACHINE_MS);
    first.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 300));
    source.answer();
    expect(await first.ended).toMatchObject({ status: 0, signal: null });
    for (const { id } of jobs) await eventually(async () => (await stateOf(id)) === 'done', SLOW_MACHINE_MS);

    // A job that does not finish in time is returned, and the next worker runs it at once.
    const endless = await addJob('shots');
    await eventually(() => source.waiting.size === 1, SLOW_MACHINE_MS);
    const stopping = performance.now();
    second.child.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ status: 0, signal: null });
    expect(performance.now() - stopping).toBeLessThan(1_000 * STOPPED_SECONDS);
    expect(await queue.get(endless.id)).toMatchObject({ state: 'waiting', attempt: 0 });
    await work();
    await eventually(() => source.waiting.size === 1, SLOW_MACHINE_MS);
    source.answer();
    await eventually(async () => (await stateOf(endless.id)) === 'done', SLOW_MACHINE_MS);
    expect(await queue.get(endless.id)).toMatchObject({ attempt: 1 });
  }, 300_000);
});
