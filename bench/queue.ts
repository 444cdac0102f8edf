import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue as BullQueue, Worker as BullWorker } from 'bullmq';
import { Redis } from 'ioredis';
import { openBullmqQueue } from '../platform/queue/bullmq/bullmq-queue.ts';
import type { Queue } from '../platform/queue/queue.ts';
import { openStoreQueue } from '../platform/queue/store-queue.ts';
import { openSqliteStore } from '../platform/store/sqlite/store.ts';
import { serviceUrl } from '../tests/services/real.ts';
import { type BenchOptions, type BenchResult, median } from './bench.ts';
import { environment } from './environment.ts';

export const name = 'queue';

/** Callers that enqueue at the same time, each waiting until its job is accepted. */
const CALLERS = 32;
const CONCURRENCY = 16;

interface System {
  add(i: number): Promise<unknown>;
  /** Runs empty jobs and resolves when this many are done. */
  work(count: number): Promise<void>;
  close(): Promise<void>;
}

interface Rates {
  addsPerSecond: number;
  jobsPerSecond: number;
}

async function measure(system: System, count: number): Promise<Rates> {
  let next = 0;
  const caller = async () => {
    while (next < count) await system.add(next++);
  };
  const seconds = async (task: () => Promise<unknown>) => {
    const start = performance.now();
    await task();
    return (performance.now() - start) / 1_000;
  };
  try {
    const adding = await seconds(() => Promise.all(Array.from({ length: CALLERS }, caller)));
    const working = await seconds(() => system.work(count));
    return { addsPerSecond: count / adding, jobsPerSecond: count / working };
  } finally {
    await system.close();
  }
}

/** One of our queues on an embedded store in its own folder. */
function ours(open: (store: ReturnType<typeof openSqliteStore>) => Queue): System {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-bench-'));
  const store = openSqliteStore({ path: join(folder, 'touchline.db') });
  const queue = open(store);
  return {
    add: (i) => queue.add('nothing', i),
    work: (count) =>
      new Promise((resolve) => {
        let left = count;
        const nothing = async () => {
          if (--left === 0) resolve();
          return null;
        };
        queue.work({ nothing }, { concurrency: CONCURRENCY });
      }),
    async close() {
      await queue.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function bare(url: string, prefix: string): System {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new BullQueue('nothing', { connection, prefix });
  let worker: BullWorker | undefined;
  return {
    add: (i) => queue.add('nothing', i),
    work: (count) =>
      new Promise((resolve) => {
        let left = count;
        worker = new BullWorker('nothing', async () => --left === 0 && resolve(), {
          ...{ connection, prefix },
          concurrency: CONCURRENCY,
        });
      }),
    async close() {
      await worker?.close();
      await queue.close();
      await connection.quit();
    },
  };
}

/** Empty jobs through our queue on BullMQ, BullMQ alone, and our queue without Redis. */
export async function run({ smoke }: BenchOptions): Promise<BenchResult> {
  const unit = 'jobs completed per second';
  const url = serviceUrl('redis');
  if (!url)
    return {
      ...{ name, unit, systems: [], ratio: null, environment: environment() },
      notes: ['Nothing was measured: scripts/services.sh start redis.'],
    };
  const count = smoke ? 50 : 2_000;
  const prefix = `bench-${randomBytes(4).toString('hex')}`;
  let fresh = 0;
  const systems: Record<string, () => System> = {
    'touchline on BullMQ': () =>
      ours((store) => openBullmqQueue({ store, url, prefix: `${prefix}-${fresh++}` })),
    'BullMQ alone': () => bare(url, `${prefix}-${fresh++}`),
    'touchline on its store': () => ours((store) => openStoreQueue({ store })),
  };
  const measured = new Map<string, Rates[]>(Object.keys(systems).map((system) => [system, []]));
  try {
    for (let i = 0; i < (smoke ? 1 : 4); i++)
      for (const [system, open] of Object.entries(systems)) {
        const rates = await measure(open(), count);
        // The first round warms up.
        if (i > 0 || smoke) measured.get(system)?.push(rates);
      }
  } finally {
    const client = new Redis(url);
    const keys = await client.keys(`${prefix}-*`);
    if (keys.length > 0) await client.unlink(keys);
    await client.quit();
  }
  const shown = [...measured].map(([system, rates]) => ({
    system,
    value: median(rates.map((one) => one.jobsPerSecond)),
    'enqueued per second': median(rates.map((one) => one.addsPerSecond)),
  }));
  return {
    name,
    unit,
    systems: shown,
    ratio: shown[0].value / shown[1].value,
    notes: [
      `${count} jobs, ${CALLERS} callers, ${CONCURRENCY} at a time; the ratio is Touchline on BullMQ divided by BullMQ alone.`,
      'Touchline also keeps each job in the store, with one durable write to enqueue it and two to process it. BullMQ alone keeps jobs only in Redis.',
    ],
    environment: environment(),
  };
}
