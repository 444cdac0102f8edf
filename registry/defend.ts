import type { FeatureSet } from '../datasets/features/feature-set.ts';
import type { FeatureColumn, Matrix } from '../datasets/matrix.ts';
import { readTest } from '../datasets/snapshots/read-test.ts';
import type { Snapshot } from '../datasets/snapshots/snapshot.ts';
import type { Task } from '../models/definition.ts';
import { evaluateModel, type Measured, type Slice } from '../models/evaluate.ts';
import type { LoadedModel, Prediction, Predictor } from '../models/package/package.ts';
import type { Blobs } from '../platform/blobs/blobs.ts';
import { TouchlineError } from '../platform/errors.ts';
import type { Json } from '../platform/store/store.ts';
import { calibrationErrorByChance } from '../statistics/calibration.ts';
import { METRICS, metricsFor } from '../statistics/metrics.ts';
import type { Evidence } from './gate.ts';

export type Loss = 'absolute' | 'squared' | 'log';

/** A model that stands before the gate. */
export interface Contender {
  model: LoadedModel;
  version?: number;
  /** Bytes of its package. */
  bytes?: number;
}

export interface Hearing {
  snapshot: Snapshot;
  features: FeatureSet<never>;
  task: Task;
  /** Regression: ends of the scale of the score. */
  scale?: readonly [number, number];
  loss: Loss;
  challenger: Contender;
  /** Absent where there is no champion yet: the baseline defends. */
  champion?: Contender;
  /** Mean, base rate or fixed rules; predicts from all columns of the feature set, in their order. */
  baseline: Predictor;
  blobs: Blobs;
}

export interface Heard {
  challenger: Evidence;
  defender: Evidence;
  /** Absent where it is the defender. */
  baseline?: Evidence;
  /** What a reader of the decision should know: why the champion could not be heard. */
  notes: string[];
  /** The challenger on the held-out rows: every metric with its interval, overall and by slice. */
  card: Card;
}

export interface Card {
  rows: number;
  metrics: Measured;
  slices: Slice[];
}

/** Below this a probability counts as this, so that one sure mistake does not decide everything. */
const SMALLEST = 1e-7;

/** Loss of one row by what was given and what was predicted: smaller is better. */
export const LOSSES: Readonly<Record<Loss, (given: number, predicted: number) => number>> = {
  absolute: (given, predicted) => Math.abs(given - predicted),
  squared: (given, predicted) => (given - predicted) ** 2,
  log: (given, predicted) => {
    const p = Math.min(1 - SMALLEST, Math.max(SMALLEST, predicted));
    return -(given * Math.log(p) + (1 - given) * Math.log(1 - p));
  },
};

/** The loss of a row that belongs to a metric by name: what the gate compares where a product is judged by it. */
export function lossOf(metric: string, task: Task): Loss {
  if (metric === 'logLoss') return 'log';
  if (metric === 'brier' || metric === 'rmse' || metric === 'r2') return 'squared';
  if (metric === 'mae') return 'absolute';
  return task === 'binary' ? 'log' : 'absolute';
}

/** Values of a matrix in the order of a package's columns; INVALID_INPUT where one is missing. */
function columnsFor(matrix: Matrix, columns: readonly FeatureColumn[]): Float32Array {
  const places = columns.map(({ name }) => {
    const place = matrix.columns.findIndex((column) => column.name === name);
    if (place < 0)
      throw new TouchlineError('INVALID_INPUT', `The snapshot has no column ${name} that the package needs.`);
    return place;
  });
  const width = matrix.columns.length;
  const values = new Float32Array(matrix.rows.length * places.length);
  for (let row = 0; row < matrix.rows.length; row++)
    places.forEach((place, j) => {
      values[row * places.length + j] = matrix.values[row * width + place];
    });
  return values;
}

/** The held-out rows as one package sees them: fitted columns by its own state. */
async function testFor(
  model: LoadedModel,
  hearing: Hearing,
): Promise<{ matrix: Matrix; values: Float32Array }> {
  const { fitted } = model.features;
  const features = {
    ...hearing.features,
    fitted: hearing.features.fitted?.filter((feature) => Object.hasOwn(fitted, feature.name)),
  };
  const matrix = await readTest(hearing.snapshot, features, fitted, hearing);
  return { matrix, values: columnsFor(matrix, model.signature.input.columns) };
}

const TIMED = 200;
const WARM_UP = 20;

/** 95th percentile of single predictions in milliseconds. */
async function latency(model: LoadedModel, values: Float32Array): Promise<number> {
  const width = model.signature.input.columns.length;
  const rows = values.length / width;
  const times: number[] = [];
  for (let i = 0; i < WARM_UP + TIMED; i++) {
    const row = i % rows;
    const started = performance.now();
    await model.predict(values.slice(row * width, (row + 1) * width));
    if (i >= WARM_UP) times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(0.95 * (TIMED - 1))];
}

function evidenceOf(name: string, matrix: Matrix, prediction: Prediction, hearing: Hearing): Evidence {
  const { target } = matrix;
  const { value, low, high } = prediction;
  const loss = LOSSES[hearing.loss];
  const finite = value.every(Number.isFinite);
  let inside = 0;
  if (low !== undefined && high !== undefined)
    for (let i = 0; i < value.length; i++) if (target[i] >= low[i] && target[i] <= high[i]) inside++;
  return {
    name,
    loss: Float64Array.from(value, (predicted, i) => loss(target[i], predicted)),
    groups: matrix.rows.map((row) => row.group),
    slices: matrix.rows.map((row) => row.slices),
    ...(hearing.task === 'binary' &&
      finite && { ece: METRICS.ece.compute(target, value), eceByChance: calibrationErrorByChance(value) }),
    coverage: low === undefined ? undefined : inside / value.length,
  };
}

async function contenderEvidence(contender: Contender, hearing: Hearing): Promise<Evidence> {
  const { model, version, bytes } = contender;
  const { matrix, values } = await testFor(model, hearing);
  if (matrix.rows.length === 0)
    throw new TouchlineError(
      'INSUFFICIENT_DATA',
      'The snapshot has no held-out rows to decide on: add groups.',
    );
  const name = `${version === undefined ? 'candidate' : `version ${version}`} (${model.signature.estimator})`;
  const evidence = evidenceOf(name, matrix, await model.predict(values), hearing);
  return { ...evidence, package: model.hash, bytes, latencyMs: await latency(model, values) };
}

/**
 * Hears challenger, defender and baseline on the same held-out rows, through loaded packages: what is measured is what
 * would be served. Each package sees fitted features by its own state.
 * @throws INSUFFICIENT_DATA where there are no held-out rows; INVALID_INPUT where the challenger was made with another
 * feature set than the snapshot.
 */
export async function hear(hearing: Hearing): Promise<Heard> {
  const { challenger, champion, features } = hearing;
  const notes: string[] = [];
  const fits = ({ model }: Contender) =>
    model.features.set === features.name && model.features.version === features.version;
  if (!fits(challenger))
    throw new TouchlineError(
      'INVALID_INPUT',
      `The candidate was made with features ${challenger.model.features.set} v${challenger.model.features.version}, the snapshot with ${features.name} v${features.version}.`,
    );
  const heard = await contenderEvidence(challenger, hearing);
  // The baseline sees fitted columns as the challenger does: it must predict from something.
  const { matrix, values } = await testFor(challenger.model, hearing);
  const { predictions: _, ...card } = await evaluateModel(
    challenger.model,
    { ...matrix, columns: challenger.model.signature.input.columns, values },
    { metrics: metricsFor(hearing.task, hearing.scale), slices: sliceNames(matrix), seed: 1 },
  );
  const baseline = evidenceOf(
    hearing.baseline.name,
    matrix,
    await hearing.baseline.predict(matrix.values),
    hearing,
  );
  if (champion !== undefined && fits(champion))
    return { challenger: heard, defender: await contenderEvidence(champion, hearing), baseline, notes, card };
  if (champion !== undefined)
    notes.push(
      `The champion was made with features v${champion.model.features.version} and cannot be compared on v${features.version}: ${baseline.name} defends.`,
    );
  return { challenger: heard, defender: baseline, notes, card };
}

const sliceNames = (matrix: Matrix) =>
  [...new Set(matrix.rows.flatMap((row) => Object.keys(row.slices)))].sort();

/** What the ledger keeps of one side. */
export function summaryOf(evidence: Evidence): Json {
  const { name, package: hash, loss, groups, latencyMs, bytes, ece, eceByChance, coverage } = evidence;
  return {
    name,
    package: hash ?? null,
    rows: loss.length,
    groups: new Set(groups).size,
    meanLoss: loss.reduce((sum, one) => sum + one, 0) / loss.length,
    latencyMs: latencyMs ?? null,
    bytes: bytes ?? null,
    ece: ece ?? null,
    eceByChance: eceByChance ?? null,
    coverage: coverage ?? null,
  };
}
