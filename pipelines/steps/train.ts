import { readTraining, type TrainingData } from '../../datasets/snapshots/read-training.ts';
import type { Snapshot } from '../../datasets/snapshots/snapshot.ts';
import { getSnapshot } from '../../datasets/snapshots/stored-snapshots.ts';
import { openPackages } from '../../models/package/store.ts';
import { TouchlineError, toTouchlineError } from '../../platform/errors.ts';
import { hashJson } from '../../platform/hash.ts';
import type { ProgressEvent } from '../../platform/progress.ts';
import type { MetricPoint } from '../../platform/tracking/tracking.ts';
import { trainCandidate } from '../../training/candidate.ts';
import type { TrainingLog } from '../../training/estimator.ts';
import { ESTIMATORS } from '../../training/estimators/catalog.ts';
import { type RaterModel, raterModelOf, raterTargets } from '../../training/rater-model.ts';
import { renderRunReport } from '../../training/run-report.ts';
import type { StepContext, StepDeps } from '../deps.ts';
import { type CandidateSummary, candidateSchema } from '../jobs.ts';
import type { Product } from '../product.ts';

export interface TrainRequest {
  snapshot: string;
  estimator: string;
  params: Record<string, string | number | boolean>;
  seed: number;
  code: string;
}

/** Artifact of a run: the result of its job. */
const CANDIDATE = 'candidate.json';

type PreparedData = TrainingData & { raters?: RaterModel };

/** Candidates of a snapshot are fitted one after another, so its matrices are read once. */
const prepared = new WeakMap<object, { key: string; data: Promise<PreparedData> }>();

function trainingData(
  product: Product,
  snapshot: Snapshot,
  seed: number,
  { platform }: Pick<StepDeps, 'platform'>,
): Promise<PreparedData> {
  const key = `${snapshot.hash}:${seed}`;
  const known = prepared.get(platform);
  if (known?.key === key) return known.data;
  const data = prepare(product, snapshot, seed, platform);
  prepared.set(platform, { key, data });
  data.catch(() => prepared.delete(platform));
  return data;
}

async function prepare(
  product: Product,
  snapshot: Snapshot,
  seed: number,
  { blobs }: StepDeps['platform'],
): Promise<PreparedData> {
  const read = await readTraining(snapshot, product.features, { blobs, seed });
  const raters = product.training.raters ? raterModelOf(read.train) : undefined;
  return raters ? { ...read, train: raterTargets(read.train, raters), raters } : read;
}

/**
 * Recovers what an earlier run of the same request left when its process died: the candidate if the run had finished;
 * otherwise the run is marked as killed.
 */
async function recoverCandidate(
  { name }: Product,
  work: string,
  tracking: StepDeps['platform']['tracking'],
): Promise<CandidateSummary | undefined> {
  for (const { id, status, tags } of await tracking.listRuns(name)) {
    if (tags.work !== work) continue;
    if (status === 'finished')
      return candidateSchema.parse(
        JSON.parse(Buffer.from(await tracking.getArtifact(id, CANDIDATE)).toString()),
      );
    if (status === 'running') await tracking.finishRun(id, 'killed');
  }
  return undefined;
}

/** Fits one candidate and keeps it: a tracked run with its curves, its report and its exported package. */
export async function trainStep(
  product: Product,
  request: TrainRequest,
  deps: Pick<StepDeps, 'platform' | 'threads' | 'engines'>,
  { progress, signal }: StepContext,
): Promise<CandidateSummary> {
  const { tracking, store, blobs } = deps.platform;
  const estimator = ESTIMATORS.named(request.estimator);
  const work = hashJson({ ...request, product: product.name });
  const known = await recoverCandidate(product, work, tracking);
  if (known) return known;
  const snapshot = await getSnapshot(request.snapshot, { store });
  const data = await trainingData(product, snapshot, request.seed, deps);
  const params = { ...estimator.defaults, ...request.params };
  const run = await tracking.startRun({
    experiment: product.name,
    name: request.estimator,
    params: { ...params, seed: request.seed },
    tags: { snapshot: snapshot.id, estimator: request.estimator, code: request.code, work },
  });
  const points: MetricPoint[] = [];
  let last: ProgressEvent | undefined;
  const log: TrainingLog = {
    metric: (name, value, step) => points.push({ name, value, step }),
    progress: (event) => {
      last = { ...event, stage: `train ${request.estimator}` };
      progress(last);
    },
  };
  try {
    const candidate = await trainCandidate({
      estimator,
      params: request.params,
      train: data.train,
      validation: data.validation,
      product: product.name,
      task: product.task,
      scale: product.scale,
      intervalColumn: product.training.intervalColumn,
      seed: request.seed,
      log,
      threads: deps.threads,
      engines: deps.engines,
      signal,
      features: { set: product.features.name, version: product.features.version, fitted: data.fitted },
    });
    await openPackages({ blobs }).put(candidate.files);
    for (const [path, bytes] of candidate.files) await tracking.putArtifact(run.id, `package/${path}`, bytes);
    const report = await renderRunReport({
      title: `${product.serving.title}: ${request.estimator}`,
      definition: candidate.definition,
      train: data.train,
      validation: data.validation,
      metrics: candidate.validation,
      curves: points,
      notes: candidate.notes,
      raters: data.raters,
      signal,
      seed: request.seed,
    });
    await tracking.putArtifact(run.id, 'report.html', Buffer.from(report));
    if (data.raters)
      await tracking.putArtifact(run.id, 'raters.json', Buffer.from(JSON.stringify(data.raters)));
    const metrics = [
      ...points.map((point) => ({ ...point, name: `curve/${point.name}` })),
      ...Object.entries(candidate.validation).map(([name, value]) => ({
        name: `validation_${name}`,
        value,
        step: 0,
      })),
    ];
    await tracking.logRun(run.id, {
      params: candidate.notes,
      tags: { package: candidate.hash },
      metrics: metrics.filter((point) => Number.isFinite(point.value)),
    });
    const { hash, seconds, validation } = candidate;
    const fitted = { run: run.id, estimator: request.estimator, package: hash, seconds, validation };
    await tracking.putArtifact(run.id, CANDIDATE, Buffer.from(JSON.stringify(fitted)));
    await tracking.finishRun(run.id, 'finished');
    // An estimator that stops early never reported completion.
    if (last) progress({ ...last, total: last.done });
    return fitted;
  } catch (error) {
    await tracking.finishRun(run.id, signal?.aborted ? 'killed' : 'failed');
    const ours = toTouchlineError(error);
    if (ours.code !== 'INSUFFICIENT_DATA') throw error;
    return { run: run.id, estimator: request.estimator, refused: ours.message, seconds: 0, validation: {} };
  }
}

/** The best candidate by the product's primary metric on the validation part. @throws INSUFFICIENT_DATA if none could be fitted. */
export function bestCandidate(
  candidates: readonly CandidateSummary[],
  primary: { name: string; biggerIsBetter: boolean },
): CandidateSummary & { package: string } {
  const fitted = candidates.filter(
    (one): one is CandidateSummary & { package: string } => one.package !== undefined,
  );
  if (fitted.length === 0)
    throw new TouchlineError('INSUFFICIENT_DATA', 'No estimator could be fitted on this snapshot.', {
      details: { refused: candidates.map(({ estimator, refused }) => ({ estimator, refused })) },
    });
  const sign = primary.biggerIsBetter ? 1 : -1;
  return fitted.reduce((best, one) =>
    sign * one.validation[primary.name] > sign * best.validation[primary.name] ? one : best,
  );
}
