import { type Matrix, takeRows } from '../datasets/matrix.ts';
import type { ModelDefinition, Task } from '../models/definition.ts';
import { buildPackage } from '../models/package/build.ts';
import type { FeaturesFile, PackageFiles } from '../models/package/package.ts';
import { predictAll, rawAll } from '../models/predict.ts';
import { TouchlineError } from '../platform/errors.ts';
import type { Param } from '../platform/tracking/tracking.ts';
import { metricsFor } from '../statistics/metrics.ts';
import { chooseCalibration, fitInterval } from './calibrate.ts';
import type { Estimator, Params, TrainingLog } from './estimator.ts';
import { fitOnce } from './fit-once.ts';
import { referenceProfile, sampleRows } from './reference-profile.ts';

export interface CandidateRequest {
  estimator: Estimator;
  params: Params;
  train: Matrix;
  validation: Matrix;
  product: string;
  task: Task;
  /** Regression: ends of the scale of the score. */
  scale?: readonly [number, number];
  /** Regression: categorical column whose codes get their own intervals. */
  intervalColumn?: string;
  seed: number;
  log: TrainingLog;
  threads: number;
  /** Folder of installed engines. */
  engines?: string;
  signal?: AbortSignal;
  features: FeaturesFile;
}

export interface TrainedCandidate {
  definition: ModelDefinition;
  files: PackageFiles;
  /** Content hash of the package. */
  hash: string;
  /** Metrics on the validation part by name, each row calibrated without its own fold. */
  validation: Record<string, number>;
  notes: Record<string, Param>;
  seconds: number;
}

/** Share of scores that the prediction interval of a regression holds. */
const INTERVAL_LEVEL = 0.9;

/** Number of rows whose outputs a package must reproduce wherever it is loaded. */
const GOLDEN_ROWS = 24;

/**
 * Fits, calibrates and exports one candidate. Calibration and interval come from validation rows only; the package
 * depends on nothing but matrices, parameters, seed and code.
 * @throws INSUFFICIENT_DATA if the estimator cannot fit the data or a part is empty, INVALID_INPUT for a parameter that the
 * estimator does not have
 */
export async function trainCandidate(request: CandidateRequest): Promise<TrainedCandidate> {
  const { estimator, params, task, scale, seed, log, threads, engines, signal } = request;
  const [train, validation] = [labelled(request.train), labelled(request.validation)];
  check({ ...request, train, validation });
  const started = performance.now();
  const context = { task, seed, log, threads, engines, signal };
  const fit = await fitOnce(estimator, train, validation, params, context);
  const definition: ModelDefinition = {
    task,
    columns: train.columns,
    members: fit.members,
    weights: Float32Array.from(fit.weights),
    calibration: { kind: 'identity' },
    ...(task === 'regression' && scale ? { scale } : {}),
  };
  const raw = rawAll(definition, validation.values);
  const chosen = chooseCalibration(task, validation, raw, seed);
  definition.calibration = chosen.calibration;
  const [low, high] = definition.scale ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const predicted = chosen.outOfFold.map((value) => Math.min(high, Math.max(low, value)));
  if (task === 'regression') {
    definition.interval = fitInterval(validation, predicted, INTERVAL_LEVEL, request.intervalColumn);
  }
  signal?.throwIfAborted();

  const { hash, files } = await buildPackage({
    definition,
    product: request.product,
    estimator: estimator.name,
    features: request.features,
    // Outputs on validation rows: on its training rows a model's outputs spread further than they ever will again.
    reference: referenceProfile(train, predictAll(definition, validation.values), seed),
    golden: goldenRows(train, seed),
  });
  const metrics = metricsFor(task, scale).map((metric) => [
    metric.name,
    metric.compute(validation.target, predicted),
  ]);
  return {
    definition,
    files,
    hash,
    validation: Object.fromEntries(metrics),
    notes: { ...fit.notes, calibration: chosen.calibration.kind },
    seconds: (performance.now() - started) / 1000,
  };
}

/** The rows whose score or outcome is known. */
function labelled(matrix: Matrix): Matrix {
  if (!matrix.target.some(Number.isNaN)) return matrix;
  return takeRows(
    matrix,
    matrix.rows.flatMap((_, row) => (Number.isNaN(matrix.target[row]) ? [] : [row])),
  );
}

function check({ estimator, train, validation, task }: CandidateRequest): void {
  if (!estimator.tasks.includes(task))
    throw new TouchlineError(
      'INVALID_INPUT',
      `Estimator '${estimator.name}' supports ${estimator.tasks.join(' and ')}, not ${task}: choose another one.`,
    );
  for (const [part, matrix] of Object.entries({ train, validation })) {
    if (matrix.rows.length === 0)
      throw new TouchlineError(
        'INSUFFICIENT_DATA',
        `The ${part} part has no rows with a target: at least 1 is needed.`,
      );
  }
  const reason = estimator.cannotFit?.(train);
  if (reason !== undefined) throw new TouchlineError('INSUFFICIENT_DATA', reason);
}

/**
 * Training rows in seeded order, a third of them with missing values; then one row with every other value missing, and
 * one without any value.
 */
export function goldenRows(train: Matrix, seed: number): Float32Array {
  const width = train.columns.length;
  const order = sampleRows(train.rows.length, train.rows.length, seed, 'golden');
  const row = (i: number) => train.values.subarray(i * width, (i + 1) * width);
  const incomplete = order.filter((i) => row(i).some(Number.isNaN)).slice(0, GOLDEN_ROWS / 3);
  const chosen = [...new Set([...incomplete, ...order])].slice(0, GOLDEN_ROWS - 2);
  const first = row(order[0]);
  return Float32Array.from([
    ...chosen.flatMap((i) => [...row(i)]),
    ...first.map((value, j) => (j % 2 ? value : Number.NaN)),
    ...first.map(() => Number.NaN),
  ]);
}
