import type { FeatureSet } from '../datasets/features/feature-set.ts';
import type { FeatureColumn, Matrix } from '../datasets/matrix.ts';
import { readTest } from '../datasets/snapshots/read-test.ts';
import type { Snapshot } from '../datasets/snapshots/snapshot.ts';
import type { Task } from '../models/definition.ts';
import { evaluateModel, type Measured, type Slice } from '../models/evaluate.ts';
import type { LoadedModel, Prediction, Predictor } from '../models/package/package.ts';
import type { Blobs } from '../platform/blobs/blobs.ts';
import { TouchlineError } from '../platform/errors.ts';
import { calibrationErrorByChance } from '../statistics/calibration-error.ts';
import { METRICS, metricsFor } from '../statistics/metrics.ts';
import type { Evidence } from './evidence.ts';
import { LOSSES, type Loss } from './losses.ts';

/** A loaded package that takes part in a comparison. */
export interface Contender {
  model: LoadedModel;
  version?: number;
  /** Size of the package in bytes. */
  bytes?: number;
}

export interface ComparisonRequest {
  snapshot: Snapshot;
  features: FeatureSet<never>;
  task: Task;
  /** Regression: lowest and highest possible score. */
  scale?: readonly [number, number];
  loss: Loss;
  challenger: Contender;
  /** Absent where there is no champion yet: the baseline is then the incumbent. */
  champion?: Contender;
  /** Mean, base rate or fixed rules; predicts from all columns of the feature set, in their order. */
  baseline: Predictor;
  blobs: Blobs;
}

/** Challenger, incumbent and baseline on the same held-out rows: what the gate decides on. */
export interface Comparison {
  challenger: Evidence;
  /** The champion, or the baseline where there is no champion to compare with. */
  incumbent: Evidence;
  /** Absent where the baseline is the incumbent. */
  baseline?: Evidence;
  /** What a reader of the decision should know, such as why the champion could not be compared. */
  notes: string[];
  report: TestReport;
}

/** The challenger on the held-out rows: every metric with its interval, overall and by slice. */
export interface TestReport {
  rows: number;
  metrics: Measured;
  slices: Slice[];
}

/** Values of a matrix in the order of a package's columns. @throws INVALID_INPUT where one is missing */
function columnsFor(matrix: Matrix, columns: readonly FeatureColumn[]): Float32Array {
  const positions = columns.map(({ name }) => {
    const position = matrix.columns.findIndex((column) => column.name === name);
    if (position < 0)
      throw new TouchlineError(
        'INVALID_INPUT',
        `The package needs column ${name}, which the snapshot lacks.`,
      );
    return position;
  });
  const width = matrix.columns.length;
  const values = new Float32Array(matrix.rows.length * positions.length);
  for (let row = 0; row < matrix.rows.length; row++)
    positions.forEach((position, j) => {
      values[row * positions.length + j] = matrix.values[row * width + position];
    });
  return values;
}

/** The held-out rows as one package sees them: columns that need fitting are computed from its own state. */
async function testRowsFor(
  model: LoadedModel,
  request: ComparisonRequest,
): Promise<{ matrix: Matrix; values: Float32Array }> {
  const { fitted } = model.features;
  const features = {
    ...request.features,
    fitted: request.features.fitted?.filter((feature) => Object.hasOwn(fitted, feature.name)),
  };
  const matrix = await readTest(request.snapshot, features, fitted, request);
  return { matrix, values: columnsFor(matrix, model.signature.input.columns) };
}

const TIMED_PREDICTIONS = 200;
const WARM_UP_PREDICTIONS = 20;

/** 95th percentile of the time of single predictions, in milliseconds. */
async function measureLatency(model: LoadedModel, values: Float32Array): Promise<number> {
  const width = model.signature.input.columns.length;
  const rows = values.length / width;
  const times: number[] = [];
  for (let i = 0; i < WARM_UP_PREDICTIONS + TIMED_PREDICTIONS; i++) {
    const row = i % rows;
    const started = performance.now();
    await model.predict(values.slice(row * width, (row + 1) * width));
    if (i >= WARM_UP_PREDICTIONS) times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(0.95 * (TIMED_PREDICTIONS - 1))];
}

function evidenceOf(
  name: string,
  matrix: Matrix,
  prediction: Prediction,
  request: ComparisonRequest,
): Evidence {
  const { target } = matrix;
  const { value, low, high } = prediction;
  const loss = LOSSES[request.loss];
  const finite = value.every(Number.isFinite);
  let inside = 0;
  if (low !== undefined && high !== undefined)
    for (let i = 0; i < value.length; i++) if (target[i] >= low[i] && target[i] <= high[i]) inside++;
  return {
    name,
    loss: Float64Array.from(value, (predicted, i) => loss(target[i], predicted)),
    groups: matrix.rows.map((row) => row.group),
    slices: matrix.rows.map((row) => row.slices),
    ...(request.task === 'binary' &&
      finite && { ece: METRICS.ece.compute(target, value), eceByChance: calibrationErrorByChance(value) }),
    coverage: low === undefined ? undefined : inside / value.length,
  };
}

async function contenderEvidence(contender: Contender, request: ComparisonRequest): Promise<Evidence> {
  const { model, version, bytes } = contender;
  const { matrix, values } = await testRowsFor(model, request);
  if (matrix.rows.length === 0)
    throw new TouchlineError(
      'INSUFFICIENT_DATA',
      'The snapshot has no held-out rows to compare models on: add more groups.',
    );
  const name = `${version === undefined ? 'candidate' : `version ${version}`} (${model.signature.estimator})`;
  const evidence = evidenceOf(name, matrix, await model.predict(values), request);
  return { ...evidence, package: model.hash, bytes, latencyMs: await measureLatency(model, values) };
}

/**
 * Compares challenger, champion and baseline on the held-out rows of a snapshot. All of them answer through their loaded
 * packages, so that what is measured is what would be served. Each package computes fitted features from its own state.
 * @throws INSUFFICIENT_DATA where there are no held-out rows; INVALID_INPUT where the challenger was trained on another
 * feature set than the snapshot's.
 */
export async function compareOnTest(request: ComparisonRequest): Promise<Comparison> {
  const { challenger, champion, features } = request;
  const notes: string[] = [];
  const matchesSnapshot = ({ model }: Contender) =>
    model.features.set === features.name && model.features.version === features.version;
  if (!matchesSnapshot(challenger))
    throw new TouchlineError(
      'INVALID_INPUT',
      `The candidate was trained on features ${challenger.model.features.set} v${challenger.model.features.version}, but the snapshot has ${features.name} v${features.version}.`,
    );
  const challengerEvidence = await contenderEvidence(challenger, request);
  // The baseline sees fitted columns as the challenger does: it has no state of its own.
  const { matrix, values } = await testRowsFor(challenger.model, request);
  const { predictions: _, ...report } = await evaluateModel(
    challenger.model,
    { ...matrix, columns: challenger.model.signature.input.columns, values },
    { metrics: metricsFor(request.task, request.scale), slices: sliceNames(matrix), seed: 1 },
  );
  const predicted = await request.baseline.predict(matrix.values);
  const baseline = evidenceOf(request.baseline.name, matrix, predicted, request);
  if (champion !== undefined && matchesSnapshot(champion)) {
    const incumbent = await contenderEvidence(champion, request);
    return { challenger: challengerEvidence, incumbent, baseline, notes, report };
  }
  if (champion !== undefined)
    notes.push(
      `The champion was trained on features v${champion.model.features.version} and cannot be compared on v${features.version}: the challenger is compared with the baseline (${baseline.name}) instead.`,
    );
  return { challenger: challengerEvidence, incumbent: baseline, notes, report };
}

const sliceNames = (matrix: Matrix) =>
  [...new Set(matrix.rows.flatMap((row) => Object.keys(row.slices)))].sort();
