import type { Snapshot } from '../datasets/snapshots/snapshot.ts';
import { getSnapshot } from '../datasets/snapshots/stored-snapshots.ts';
import type { EtlReport } from '../etl/run-etl.ts';
import { TouchlineError } from '../platform/errors.ts';
import { hashJson } from '../platform/hash.ts';
import { CHAMPION } from '../registry/history.ts';
import { metricNamed } from '../statistics/metrics.ts';
import { ESTIMATORS } from '../training/estimators/catalog.ts';
import type { StepContext, StepDeps } from './deps.ts';
import { enqueueAndWait } from './enqueue-and-wait.ts';
import { type CandidateSummary, etlJob, promoteJob, snapshotJob, trainJob } from './jobs.ts';
import type { Product } from './product.ts';
import { bestCandidate } from './steps/train.ts';

type RunDeps = Pick<StepDeps, 'platform' | 'code' | 'engines'>;
type RunContext = Pick<StepContext, 'signal'>;

export interface TrainOptions {
  seed: number;
  /** Estimators to train instead of those that the product declares. */
  estimators?: readonly string[];
}

export interface RunOptions extends TrainOptions {
  /** Data to ingest first; absent: only the stored data is used. */
  from?: string;
  limit?: number;
  /** Person or alert that started the run: kept in the ledger. */
  by: string;
}

export interface Training {
  snapshot: Snapshot;
  candidates: CandidateSummary[];
  best: CandidateSummary & { package: string };
}

export interface RunResult extends Training {
  etl?: EtlReport;
  decision: { promoted: boolean; version?: number; reasons: string[] };
}

/** Enqueues the ETL of a location and waits for its report. */
export function runEtlJob(
  { name }: Product,
  { from, limit }: { from: string; limit?: number },
  { platform }: RunDeps,
  { signal }: RunContext,
): Promise<EtlReport> {
  return enqueueAndWait(platform.queue, etlJob, { product: name, from, limit }, {}, signal);
}

/** Enqueues a snapshot of the stored rows and waits for it. */
export async function runSnapshotJob(
  { name }: Product,
  { platform }: RunDeps,
  { signal }: RunContext,
): Promise<Snapshot> {
  const { snapshot } = await enqueueAndWait(platform.queue, snapshotJob, { product: name }, {}, signal);
  return getSnapshot(snapshot, platform);
}

/**
 * The requested estimators; by default those of the product whose engine is installed.
 * @throws INVALID_INPUT for an unknown name, UNAVAILABLE where the engine of a requested one is not installed
 */
export function estimatorsOf(
  { training }: Product,
  requested: readonly string[] | undefined,
  engines: string | undefined,
): readonly string[] {
  const problem = (name: string) => ESTIMATORS.named(name).unavailable?.(engines);
  if (requested === undefined) return Object.keys(training.estimators).filter((name) => !problem(name));
  for (const name of requested) {
    const error = problem(name);
    if (error) throw error;
  }
  return requested;
}

/**
 * Enqueues one job for each candidate of a snapshot and waits for all of them. A job's key covers everything that its
 * result depends on: a candidate that was fitted before, by this run or by one that died, is not fitted again.
 */
export async function runTrainingJobs(
  product: Product,
  snapshot: Snapshot,
  { seed, estimators }: TrainOptions,
  { platform, code, engines }: RunDeps,
  { signal }: RunContext,
): Promise<Training> {
  const names = estimatorsOf(product, estimators, engines);
  const candidates = await Promise.all(
    names.map((estimator) => {
      const params = { ...product.training.estimators[estimator] };
      const payload = { product: product.name, snapshot: snapshot.id, estimator, params, seed, code };
      return enqueueAndWait(platform.queue, trainJob, payload, { key: hashJson(payload) }, signal);
    }),
  );
  return {
    snapshot,
    candidates,
    best: bestCandidate(candidates, metricNamed(product.training.primaryMetric)),
  };
}

/** The whole loop once: ETL, snapshot, candidates, gate. Safe to rerun; after a crash it resumes where it stopped. */
export async function runPipeline(
  product: Product,
  options: RunOptions,
  deps: RunDeps,
  context: RunContext,
): Promise<RunResult> {
  const { from, limit, by } = options;
  estimatorsOf(product, options.estimators, deps.engines); // Fails before anything is read where an estimator cannot be fitted.
  const etl = from === undefined ? undefined : await runEtlJob(product, { from, limit }, deps, context);
  const snapshot = await runSnapshotJob(product, deps, context).catch((error) => {
    throw etl ? withRejects(error, etl) : error;
  });
  const training = await runTrainingJobs(product, snapshot, options, deps, context);
  const { run, package: packageHash } = training.best;
  const champion = await deps.platform.tracking.getAlias(product.name, CHAMPION);
  const payload = { product: product.name, snapshot: snapshot.id, run, package: packageHash, by };
  // Judged once against each champion: the test part is not read again until there is another one.
  const key = hashJson({ ...payload, by: '', champion: champion?.revision ?? 0 });
  const decision = await enqueueAndWait(deps.platform.queue, promoteJob, payload, { key }, context.signal);
  return { ...training, etl, decision };
}

/** An error about too little data, with the records that the ETL rejected before. */
function withRejects(error: unknown, { read, rejected, rejects }: EtlReport): unknown {
  if (!(error instanceof TouchlineError) || error.code !== 'INSUFFICIENT_DATA' || rejected === 0)
    return error;
  const reasons = rejects.slice(0, 5).map(({ reason, count }) => `${count} × ${reason}`);
  if (rejects.length > reasons.length) reasons.push('…');
  return new TouchlineError(
    error.code,
    `${error.message} The ETL read ${read} records and rejected ${rejected}: ${reasons.join('; ')}.`,
    { cause: error, details: error.details },
  );
}
