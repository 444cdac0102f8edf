import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTest } from '../../datasets/snapshots/read-test.ts';
import type { Snapshot } from '../../datasets/snapshots/snapshot.ts';
import { loadPackage } from '../../models/package/load.ts';
import type { LoadedModel } from '../../models/package/package.ts';
import { openPackages } from '../../models/package/store.ts';
import type { CandidateSummary } from '../../pipelines/jobs.ts';
import type { Product } from '../../pipelines/product.ts';
import { estimatorsOf } from '../../pipelines/run.ts';
import { etlStep } from '../../pipelines/steps/etl.ts';
import { snapshotStep } from '../../pipelines/steps/snapshot.ts';
import { bestCandidate, trainStep } from '../../pipelines/steps/train.ts';
import { loadConfig } from '../../platform/load-config.ts';
import { openPlatform, type Platform } from '../../platform/open.ts';
import { noProgress } from '../../platform/progress.ts';
import { metricNamed } from '../../statistics/metrics.ts';
import type { BenchSystem } from '../bench.ts';

/** Results of one product. */
export interface ProductResult {
  systems: BenchSystem[];
  notes: string[];
  /** Error of the peers divided by ours, if both were measured. */
  ratio?: number;
  /** Figures by name, for `--json`. */
  figures: Record<string, unknown>;
}

/** The folder of real data next to the checkout; undefined if it does not exist. */
export function realData(name: string): string | undefined {
  const folder = fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
  return existsSync(folder) ? folder : undefined;
}

/** A platform in a temporary folder that is deleted afterwards. */
export async function withTemporaryPlatform<T>(work: (platform: Platform) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-quality-'));
  const { config } = await loadConfig({ flags: { data: folder, logLevel: 'error' }, env: {}, cwd: folder });
  const platform = openPlatform(config);
  try {
    return await work(platform);
  } finally {
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Trained {
  snapshot: Snapshot;
  candidates: CandidateSummary[];
  best: CandidateSummary & { package: string };
  seconds: number;
}

/** The steps of `touchline run` up to the gate: etl, snapshot, every candidate, the best by validation. */
export async function trainAll(
  product: Product,
  { from, limit, estimators }: { from: string; limit?: number; estimators?: readonly string[] },
  platform: Platform,
): Promise<Trained> {
  const started = performance.now();
  const deps = { platform, threads: cpus().length, maxFileBytes: 2 ** 30 };
  const context = { progress: noProgress };
  await etlStep(product, { from, limit }, deps, context);
  const snapshot = await snapshotStep(product, deps);
  const candidates: CandidateSummary[] = [];
  for (const estimator of estimatorsOf(product, estimators, undefined)) {
    const params = { ...product.training.estimators[estimator] };
    const request = { snapshot: snapshot.id, estimator, params, seed: 1, code: 'bench' };
    candidates.push(await trainStep(product, request, deps, context));
  }
  const best = bestCandidate(candidates, metricNamed(product.training.primaryMetric));
  return { snapshot, candidates, best, seconds: (performance.now() - started) / 1000 };
}

/** A candidate's package as serving loads it. */
export async function loadCandidate(hash: string, { blobs }: Platform): Promise<LoadedModel> {
  return loadPackage(await openPackages({ blobs }).get(hash), { hash });
}

/** The held-out rows as inputs of a loaded package. */
export function heldOutOf(model: LoadedModel, snapshot: Snapshot, product: Product, { blobs }: Platform) {
  return readTest(snapshot, product.features, model.features.fitted, { blobs });
}
