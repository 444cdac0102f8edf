import { setImmediate } from 'node:timers/promises';
import { type Matrix, takeRows } from '../datasets/matrix.ts';
import { TouchlineError } from '../platform/errors.ts';
import { type Interval, metricInterval } from '../statistics/bootstrap.ts';
import type { Metric } from '../statistics/metrics.ts';
import type { Prediction, Predictor } from './package/package.ts';

export interface EvaluateOptions {
  metrics: readonly Metric[];
  /** Names of the slices to evaluate separately, such as `action`. */
  slices: readonly string[];
  seed: number;
}

/** Resamples of groups behind every interval. */
const BOOTSTRAP_SAMPLES = 1_000;

/** Metrics by name, each with its 95 % interval over groups (−∞ to ∞ where there is only one group). */
export type Measured = Record<string, Interval>;

export interface Slice {
  slice: string;
  value: string;
  rows: number;
  metrics: Measured;
}

export interface Evaluation {
  /** Number of rows with a target: only these are measured. */
  rows: number;
  metrics: Measured;
  slices: Slice[];
  /** For every row of the matrix, with or without a target. */
  predictions: Prediction;
}

async function measure(matrix: Matrix, predicted: Float64Array, options: EvaluateOptions): Promise<Measured> {
  const { metrics, seed } = options;
  const groups = matrix.rows.map((row) => row.group);
  const measured: Measured = {};
  for (const metric of metrics) {
    measured[metric.name] = metricInterval({
      metric,
      actual: matrix.target,
      predicted,
      groups,
      seed,
      samples: BOOTSTRAP_SAMPLES,
    });
    // Each metric takes up to a second on large data: yield to the event loop in between.
    await setImmediate();
  }
  return measured;
}

/**
 * Measures a model on a matrix, overall and by slice, through `predict`, so that what is measured is what is served. The
 * same seed gives the same intervals.
 * @throws INSUFFICIENT_DATA where no row has a target
 */
export async function evaluateModel(
  model: Predictor,
  matrix: Matrix,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const predictions = await model.predict(matrix.values);
  const labelled = matrix.rows.map((_, row) => row).filter((row) => !Number.isNaN(matrix.target[row]));
  if (labelled.length === 0)
    throw new TouchlineError(
      'INSUFFICIENT_DATA',
      `None of the ${matrix.rows.length} rows has a target; evaluating ${model.name} needs at least 1.`,
    );
  const measureAt = (rows: readonly number[]) =>
    measure(
      takeRows(matrix, rows),
      Float64Array.from(rows, (row) => predictions.value[row]),
      options,
    );
  const slices: Slice[] = [];
  for (const slice of options.slices) {
    for (const [value, rows] of bySlice(matrix, labelled, slice))
      slices.push({ slice, value, rows: rows.length, metrics: await measureAt(rows) });
  }
  return { rows: labelled.length, metrics: await measureAt(labelled), slices, predictions };
}

/** Rows by their value of one slice, sorted by value; rows without a value are left out. */
function bySlice(matrix: Matrix, rows: readonly number[], slice: string): [string, number[]][] {
  const byValue = new Map<string, number[]>();
  for (const row of rows) {
    const value = matrix.rows[row].slices[slice];
    if (value === undefined) continue;
    const known = byValue.get(value);
    if (known) known.push(row);
    else byValue.set(value, [row]);
  }
  return [...byValue].sort(([a], [b]) => (a < b ? -1 : 1));
}
