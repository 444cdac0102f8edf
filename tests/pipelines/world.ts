import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SHIPPED } from '../../pipelines/catalog.ts';
import type { StepDeps } from '../../pipelines/deps.ts';
import { createHandlers } from '../../pipelines/handlers.ts';
import { retrainJob } from '../../pipelines/jobs.ts';
import type { Product } from '../../pipelines/product.ts';
import { catalogOf } from '../../platform/catalog.ts';
import { configSchema } from '../../platform/config.ts';
import { createLog } from '../../platform/log.ts';
import { openPlatform } from '../../platform/open.ts';
import type { Document, Store } from '../../platform/store/store.ts';

/** Every port in a folder of its own, and a worker for all kinds of jobs, as the command line opens them. */
export function openWorld(products: readonly Product[] = SHIPPED) {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-loop-'));
  const data = join(folder, 'state');
  const config = configSchema.parse({ data });
  const platform = openPlatform(config, createLog({ level: 'silent' }));
  const deps: StepDeps = {
    platform,
    products: catalogOf('product', products),
    code: 'tests',
    threads: 1,
    retrain: { from: 'warning', coolDownHours: 24 },
    maxFileBytes: config.maxEtlFileBytes,
  };
  const steps = createHandlers(deps);
  const { [retrainJob.kind]: retrain, ...rest } = steps;
  const lease = { leaseMs: 30_000, pollMs: 20 };
  const workers = [
    platform.queue.work(rest, lease),
    platform.queue.work({ [retrainJob.kind]: retrain }, lease),
  ];
  async function close() {
    await Promise.all(workers.map((worker) => worker.stop(0)));
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return { folder, data, platform, deps, context: {}, close };
}

export type World = ReturnType<typeof openWorld>;

/** A world that is deleted after the test. */
export function testWorld(products?: readonly Product[]): World {
  const world = openWorld(products);
  onTestFinished(() => world.close());
  return world;
}

/** All documents of a collection, without their versions. */
export async function contents<T extends Document>(store: Store, name: string): Promise<T[]> {
  const all: T[] = [];
  for await (const { _version, ...document } of store.collection<T>(name).all())
    all.push(document as unknown as T);
  return all;
}
