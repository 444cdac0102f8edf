import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { etlJob } from '../../pipelines/jobs.ts';
import { openBullmqQueue } from '../../platform/queue/bullmq/queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { start } from '../cli/touchline.ts';
import { eventually, temporaryFolder } from '../conformance/tools.ts';
import { hasProgram, startService } from './real.ts';

/** What a stopping worker gives its jobs, and what it needs itself. */
const STOPPED_SECONDS = 5 + 10;
const SLOW_MACHINE_MS = 120_000;

/** A source of no rows that answers when it is told to. */
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
  it('shares the work between processes, and stops with what it has begun done or given back', async () => {
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
    const ask = (product: string) =>
      etlJob.add(queue, { product, from: source.url, limit: 10 }, { attempts: 1 });
    const stateOf = async (id: string) => (await queue.get(id))?.state;

    // One job each: both wait for the source at the same time.
    const [first, second] = [await work(), await work()];
    const jobs = [await ask('shots'), await ask('shots')];
    await eventually(() => source.waiting.size === 2, SLOW_MACHINE_MS);
    first.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 300));
    source.answer();
    expect(await first.ended).toMatchObject({ status: 0, signal: null });
    for (const { id } of jobs) await eventually(async () => (await stateOf(id)) === 'done', SLOW_MACHINE_MS);

    // One that does not end in time is given back, and the next worker has it at once.
    const endless = await ask('shots');
    await eventually(() => source.waiting.size === 1, SLOW_MACHINE_MS);
    const asked = performance.now();
    second.child.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ status: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(1_000 * STOPPED_SECONDS);
    expect(await queue.get(endless.id)).toMatchObject({ state: 'waiting', attempt: 0 });
    await work();
    await eventually(() => source.waiting.size === 1, SLOW_MACHINE_MS);
    source.answer();
    await eventually(async () => (await stateOf(endless.id)) === 'done', SLOW_MACHINE_MS);
    expect(await queue.get(endless.id)).toMatchObject({ attempt: 1 });
  }, 300_000);
});
