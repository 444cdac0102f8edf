import { getSnapshot } from '../datasets/snapshots/catalog.ts';
import type { Snapshot } from '../datasets/snapshots/snapshot.ts';
import type { EtlReport } from '../etl/run-etl.ts';
import { hashJson } from '../platform/hash.ts';
import { metricNamed } from '../statistics/metrics.ts';
import { ESTIMATORS } from '../training/estimators/catalog.ts';
import type { StepContext, StepDeps } from './deps.ts';
import { type Candidate, etlJob, promoteJob, snapshotJob, trainJob } from './jobs.ts';
import { perform } from './perform.ts';
import type { Pipeline } from './pipeline.ts';
import { bestCandidate } from './steps/train.ts';

type RunDeps = Pick<StepDeps, 'platform' | 'code' | 'engines'>;
type RunContext = Pick<StepContext, 'signal'>;

export interface TrainOptions {
  seed: number;
  /** Instead of those that the product declares. */
  estimators?: readonly string[];
}

export interface RunOptions extends TrainOptions {
  /** Data to take in first; absent: what is stored already. */
  from?: string;
  limit?: number;
  /** Person or alert that asked: kept in the ledger. */
  by: string;
}

export interface Training {
  snapshot: Snapshot;
  candidates: Candidate[];
  best: Candidate & { package: string };
}

export interface RunResult extends Training {
  etl?: EtlReport;
  decision: { promoted: boolean; version?: number; reasons: string[] };
}

export function askEtl(
  { name }: Pipeline,
  { from, limit }: { from: string; limit?: number },
  { platform }: RunDeps,
  { signal }: RunContext,
): Promise<EtlReport> {
  return perform(platform.queue, etlJob, { product: name, from, limit }, {}, signal);
}

export async function askSnapshot(
  { name }: Pipeline,
  { platform }: RunDeps,
  { signal }: RunContext,
): Promise<Snapshot> {
  const { snapshot } = await perform(platform.queue, snapshotJob, { product: name }, {}, signal);
  return getSnapshot(snapshot, platform);
}

/**
 * The estimators that are asked for; otherwise those of the product, without the ones whose engine is not installed.
 * @throws INVALID_INPUT for a name that is not known, UNAVAILABLE where one that is asked for lacks its engine
 */
export function estimatorsOf(
  { training }: Pipeline,
  asked: readonly string[] | undefined,
  engines: string | undefined,
): readonly string[] {
  const problem = (name: string) => ESTIMATORS.named(name).unavailable?.(engines);
  if (asked === undefined) return Object.keys(training.estimators).filter((name) => !problem(name));
  for (const name of asked) {
    const error = problem(name);
    if (error) throw error;
  }
  return asked;
}

/**
 * Every candidate of a snapshot, each a job by the key of all that it depends on: one that was fitted before, by this
 * run or by one that died, is not fitted again.
 */
export async function askTraining(
  pipeline: Pipeline,
  snapshot: Snapshot,
  { seed, estimators }: TrainOptions,
  { platform, code, engines }: RunDeps,
  { signal }: RunContext,
): Promise<Training> {
  const names = estimatorsOf(pipeline, estimators, engines);
  const candidates = await Promise.all(
    names.map((estimator) => {
      const params = { ...pipeline.training.estimators[estimator] };
      const payload = { product: pipeline.name, snapshot: snapshot.id, estimator, params, seed, code };
      return perform(platform.queue, trainJob, payload, { key: hashJson(payload) }, signal);
    }),
  );
  return { snapshot, candidates, best: bestCandidate(candidates, metricNamed(pipeline.training.primary)) };
}

/** The whole loop once: etl, snapshot, candidates, gate. Again is harmless; after a crash it goes on where it stopped. */
export async function runPipeline(
  pipeline: Pipeline,
  options: RunOptions,
  deps: RunDeps,
  context: RunContext,
): Promise<RunResult> {
  const { from, limit, by } = options;
  estimatorsOf(pipeline, options.estimators, deps.engines); // What cannot be fitted is refused before anything is read.
  const etl = from === undefined ? undefined : await askEtl(pipeline, { from, limit }, deps, context);
  const snapshot = await askSnapshot(pipeline, deps, context);
  const training = await askTraining(pipeline, snapshot, options, deps, context);
  const { run, package: packageHash } = training.best;
  const champion = await deps.platform.tracking.getAlias(pipeline.name, 'champion');
  const payload = { product: pipeline.name, snapshot: snapshot.id, run, package: packageHash, by };
  // Judged once against each champion; the test part is not asked again until there is another one.
  const key = hashJson({ ...payload, by: '', champion: champion?.revision ?? 0 });
  const decision = await perform(deps.platform.queue, promoteJob, payload, { key }, context.signal);
  return { ...training, etl, decision };
}
