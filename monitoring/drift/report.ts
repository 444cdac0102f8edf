import type { ReferenceProfile } from '../../models/package/package.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { benjaminiHochberg } from '../../statistics/multiple-testing.ts';
import { type ColumnComparison, type ColumnDrift, compareColumn, decideColumn } from './column.ts';
import { type ContributingRow, contributingRows } from './contributing-rows.ts';
import { type DistributionPair, distributionOf } from './distributions.ts';
import { type DriftOptions, MIN_VALUES } from './options.ts';
import { type PredictionEffect, predictionEffect } from './prediction-effect.ts';
import { type ColumnSample, type DriftSide, type Samples, samplesOf } from './samples.ts';

export interface DriftReport {
  verdict: 'drift' | 'no_drift' | 'not_enough_data';
  /** The verdict in one sentence, with its numbers. */
  reason: string;
  columns: ColumnDrift[];
  /** Drifted columns among those that could be compared; all of them in plain mode. */
  share: number;
  rows: { reference: number; current: number; needed: number };
  /** The predictions, compared like a column; they do not count towards `share`. */
  prediction?: ColumnDrift;
  effect?: PredictionEffect;
  /** Rows of `current` that contribute most to the verdict, where the rows have ids. */
  evidence: ContributingRow[];
  /** For charts: columns first, then the predictions. */
  distributions: DistributionPair[];
  plain: boolean;
}

const MAX_EVIDENCE = 5;
/** The data set drifts when at least this share of its columns does: Evidently's default. */
const DRIFT_SHARE = 0.5;

function pairColumns(reference: Samples, current: Samples): [ColumnSample, ColumnSample][] {
  const byName = new Map(current.columns.map((column) => [column.name, column]));
  return reference.columns.map((column) => {
    const other = byName.get(column.name);
    if (!other) {
      throw new TouchlineError(
        'INVALID_INPUT',
        `The current rows lack column ${column.name}: they hold ${[...byName.keys()].join(', ') || 'none'}.`,
      );
    }
    return [column, other];
  });
}

function columnOfPredictions(predictions: Float64Array): ColumnSample {
  return { name: 'prediction', kind: 'numeric', present: predictions, rows: predictions.length, missing: 0 };
}

/** Corrects the p-values of all columns together (Benjamini-Hochberg), then decides each column. */
function decideAll(comparisons: readonly ColumnComparison[], options: DriftOptions): ColumnDrift[] {
  const all = comparisons.flatMap(({ column, missingPValue }) =>
    [column.pValue, missingPValue].filter((p) => p !== undefined),
  );
  const adjusted = options.plain ? all : benjaminiHochberg(all);
  let next = 0;
  const take = (p: number | undefined) => (p === undefined ? undefined : adjusted[next++]);
  return comparisons.map((one) =>
    decideColumn(one, { pValue: take(one.column.pValue), missingPValue: take(one.missingPValue) }),
  );
}

function verdictOf(
  columns: readonly ColumnDrift[],
  rows: DriftReport['rows'],
  options: DriftOptions,
): Pick<DriftReport, 'verdict' | 'reason' | 'share'> {
  const compared = columns.filter((column) => column.enough || column.drifted);
  const drifted = compared.filter((column) => column.drifted).length;
  const base = options.plain ? columns.length : compared.length;
  const share = base > 0 ? drifted / base : 0;
  if (compared.length < columns.length / 2 || compared.length === 0) {
    const reason =
      Math.min(rows.reference, rows.current) < rows.needed
        ? `Not enough data: ${rows.needed} rows are needed on both sides, but there are ${rows.reference} in the reference and ${rows.current} now.`
        : `Not enough data: only ${compared.length} of ${columns.length} columns have ${rows.needed} values on both sides.`;
    return { verdict: 'not_enough_data', reason, share };
  }
  const counted = `${drifted} of ${base} columns drifted (${rows.current} rows against ${rows.reference})`;
  if (share >= DRIFT_SHARE) return { verdict: 'drift', reason: `Drift: ${counted}.`, share };
  return { verdict: 'no_drift', reason: `No drift of the data set as a whole: ${counted}.`, share };
}

/**
 * Compares what a model sees now with what it was trained on, column by column, and decides whether it drifted.
 * @param reference profile of a package, or columns of values.
 * @param current columns of values under the same names; further columns are ignored.
 * @throws INVALID_INPUT where `current` lacks a column of the reference
 * @example
 * const speeds = (mean) => ({ columns: [{ name: 'speed', kind: 'numeric', values: Array.from({ length: 100 }, (_, i) => mean + (i % 10)) }] });
 * driftReport(speeds(20), speeds(20)).verdict; // => 'no_drift'
 * driftReport(speeds(20), speeds(25)).reason; // => 'Drift: 1 of 1 columns drifted (100 rows against 100).'
 */
export function driftReport(
  reference: ReferenceProfile | DriftSide,
  current: DriftSide,
  options: DriftOptions = {},
): DriftReport {
  const r = samplesOf(reference);
  const c = samplesOf(current);
  const pairs = pairColumns(r, c);
  const predictions: [ColumnSample, ColumnSample][] =
    r.predictions && c.predictions
      ? [[columnOfPredictions(r.predictions), columnOfPredictions(c.predictions)]]
      : [];
  const decided = decideAll(
    [...pairs, ...predictions].map(([before, now]) => compareColumn(before, now, options)),
    options,
  );
  const columns = decided.slice(0, pairs.length);
  const rows = { reference: r.rows, current: c.rows, needed: options.plain ? 1 : MIN_VALUES };
  const drifted = columns.filter((column) => column.drifted).map((column) => column.name);
  return {
    ...verdictOf(columns, rows, options),
    columns,
    rows,
    prediction: decided[pairs.length],
    effect: r.predictions && c.predictions && predictionEffect(r.predictions, c.predictions),
    evidence: contributingRows(r, current, c, drifted, MAX_EVIDENCE),
    distributions: [...pairs, ...predictions].map(([before, now]) => distributionOf(before, now)),
    plain: options.plain ?? false,
  };
}
