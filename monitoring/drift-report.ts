import type { ReferenceProfile } from '../models/package/package.ts';
import { TouchlineError } from '../platform/errors.ts';
import { benjaminiHochberg, holm } from '../statistics/multiple-testing.ts';
import { type ColumnDrift, compareColumn, decideColumn, type Pending } from './column-drift.ts';
import { type DetectorName, DISTANCE_THRESHOLD, P_THRESHOLD } from './detectors/detector.ts';
import { type DistributionPair, distributionOf } from './distributions.ts';
import { type ColumnSample, type DriftSide, type Samples, samplesOf } from './drift-sides.ts';
import { effectOn, type PredictionEffect } from './effect.ts';
import { type Evidence, evidenceFor } from './evidence.ts';

export interface DriftOptions {
  /** Exactly Evidently's verdicts: `minimum`, `correction`, `significance` and missing values play no part. */
  plain: boolean;
  /** Values needed on both sides of a column, and rows on both sides, before anything is said; default 50. */
  minimum: number;
  /** Over the p-values of all columns; default Benjamini-Hochberg. */
  correction: 'benjamini-hochberg' | 'holm' | 'none';
  /** Whether a distance beyond its threshold must also be significant; default true: on few rows chance alone exceeds 0.1. */
  significance: boolean;
  /** Level of p-values; default 0.05. */
  alpha: number;
  /** Threshold of distances; default 0.1. */
  distance: number;
  /** The data drift when at least this share of the columns does; default 0.5. */
  share: number;
  /** Detector by column name, where type and size should not choose. */
  detectors: Readonly<Record<string, DetectorName>>;
}

export const DRIFT_DEFAULTS: DriftOptions = {
  plain: false,
  minimum: 50,
  correction: 'benjamini-hochberg',
  significance: true,
  alpha: P_THRESHOLD,
  distance: DISTANCE_THRESHOLD,
  share: 0.5,
  detectors: {},
};

export interface DriftReport {
  verdict: 'drift' | 'no_drift' | 'not_enough_data';
  /** The verdict in one sentence, with its numbers. */
  reason: string;
  columns: ColumnDrift[];
  /** Drifted columns among those that could be compared; all of them in plain mode. */
  share: number;
  rows: { reference: number; current: number; needed: number };
  /** The predictions as a column of their own; no part of `share`. */
  prediction?: ColumnDrift;
  effect?: PredictionEffect;
  /** Rows of `current` that the verdict rests on most, where it came with ids. */
  evidence: Evidence[];
  /** For pictures: columns first, then the predictions. */
  distributions: DistributionPair[];
  plain: boolean;
}

const MOST_EVIDENCE = 5;

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

function asColumn(predictions: Float64Array): ColumnSample {
  return { name: 'prediction', kind: 'numeric', present: predictions, rows: predictions.length, missing: 0 };
}

/** Corrects the p-values of all columns together, then decides each. */
function decideAll(pending: readonly Pending[], options: DriftOptions): ColumnDrift[] {
  const all = pending.flatMap(({ column, missingPValue }) =>
    [column.pValue, missingPValue].filter((p) => p !== undefined),
  );
  const correct = { 'benjamini-hochberg': benjaminiHochberg, holm, none: (p: readonly number[]) => [...p] };
  const adjusted = correct[options.plain ? 'none' : options.correction](all);
  let next = 0;
  const take = (p: number | undefined) => (p === undefined ? undefined : adjusted[next++]);
  return pending.map((one) =>
    decideColumn(one, { pValue: take(one.column.pValue), missingPValue: take(one.missingPValue) }, options),
  );
}

function conclude(
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
        ? `Not enough data: ${rows.needed} rows are needed on both sides, there are ${rows.reference} in the reference and ${rows.current} now.`
        : `Not enough data: only ${compared.length} of ${columns.length} columns hold ${rows.needed} values on both sides.`;
    return { verdict: 'not_enough_data', reason, share };
  }
  const counted = `${drifted} of ${base} columns drifted (${rows.current} rows against ${rows.reference})`;
  if (share >= options.share) return { verdict: 'drift', reason: `Drift: ${counted}.`, share };
  return { verdict: 'no_drift', reason: `No drift of the data set: ${counted}.`, share };
}

/**
 * Compares what a model sees now with what it was trained on, column by column, and decides.
 * @param reference profile of a package, or plain columns.
 * @param current plain columns under the same names; more of them are left aside.
 * INVALID_INPUT where a column of the reference is not in `current`.
 */
export function driftReport(
  reference: ReferenceProfile | DriftSide,
  current: DriftSide,
  given: Partial<DriftOptions> = {},
): DriftReport {
  const options = { ...DRIFT_DEFAULTS, ...given };
  const r = samplesOf(reference);
  const c = samplesOf(current);
  const pairs = pairColumns(r, c);
  const predictions: [ColumnSample, ColumnSample][] =
    r.predictions && c.predictions ? [[asColumn(r.predictions), asColumn(c.predictions)]] : [];
  const decided = decideAll(
    [...pairs, ...predictions].map(([before, now]) => compareColumn(before, now, options)),
    options,
  );
  const columns = decided.slice(0, pairs.length);
  const rows = { reference: r.rows, current: c.rows, needed: options.plain ? 1 : options.minimum };
  const drifted = columns.filter((column) => column.drifted).map((column) => column.name);
  return {
    ...conclude(columns, rows, options),
    columns,
    rows,
    prediction: decided[pairs.length],
    effect: r.predictions && c.predictions && effectOn(r.predictions, c.predictions),
    evidence: evidenceFor(r, current, c, drifted, MOST_EVIDENCE),
    distributions: [...pairs, ...predictions].map(([before, now]) => distributionOf(before, now)),
    plain: options.plain,
  };
}
