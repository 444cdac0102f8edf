import { proportionsZTest } from '../statistics/proportions.ts';
import { chooseDetector, companionTest, DETECTORS } from './detectors/choose.ts';
import type { ColumnKind, DetectorName } from './detectors/detector.ts';
import type { DriftOptions } from './drift-report.ts';
import type { ColumnSample } from './drift-sides.ts';

/** One column of a drift report. */
export interface ColumnDrift {
  name: string;
  type: ColumnKind;
  /** `missing-share`: too few values are left to compare, but that they are missing is itself a shift. */
  test: DetectorName | 'missing-share';
  statistic: number;
  /** Of the p-value for tests, of the statistic for distances. */
  threshold: number;
  /** Of the test; for a distance, of the companion test (KS or chi-square) on the same values. */
  pValue?: number;
  /** After correction over all columns. */
  adjustedPValue?: number;
  drifted: boolean;
  /** Values that were compared. */
  reference_n: number;
  current_n: number;
  /** False where a side holds fewer values than the minimum: nothing is said then. */
  enough: boolean;
  /** Shares of rows without the value. */
  missing: { reference: number; current: number; drifted: boolean; adjustedPValue?: number };
}

/** A column before correction: what it found, and the p-values that take part. */
export interface Pending {
  column: ColumnDrift;
  /** Whether the verdict needs a p-value, a distance, or both. */
  rests: 'p-value' | 'distance' | 'both';
  missingPValue?: number;
}

/** How far the share of missing values must move, beside being significant. */
const MISSING_SHIFT = 0.1;

/** Compares one column; the verdict is filled in once p-values of all columns are known. */
export function compareColumn(
  reference: ColumnSample,
  current: ColumnSample,
  options: DriftOptions,
): Pending {
  const { name, kind } = reference;
  const missing = {
    reference: reference.rows > 0 ? reference.missing / reference.rows : 0,
    current: current.rows > 0 ? current.missing / current.rows : 0,
    drifted: false,
  };
  const missingPValue =
    !options.plain &&
    reference.missing + current.missing > 0 &&
    Math.min(reference.rows, current.rows) >= options.minimum
      ? proportionsZTest(
          { hits: reference.missing, n: reference.rows },
          { hits: current.missing, n: current.rows },
        ).pValue
      : undefined;
  const sizes = { reference_n: reference.present.length, current_n: current.present.length };
  const least = Math.min(sizes.reference_n, sizes.current_n);
  const enough = least >= Math.max(1, options.plain ? 1 : options.minimum);
  const named = options.detectors[name];
  const detector = named
    ? DETECTORS[named]
    : chooseDetector(kind, reference.present, current.present, options.plain);
  const threshold = detector.decidesBy === 'distance' ? options.distance : options.alpha;
  if (!enough) {
    const column: ColumnDrift = {
      name,
      type: kind,
      test: detector.name,
      statistic: Number.NaN,
      threshold,
      drifted: false,
      ...sizes,
      enough,
      missing,
    };
    return { column, rests: 'distance', missingPValue };
  }

  const found = detector.compare(reference.present, current.present, kind, threshold);
  const column: ColumnDrift = { name, type: kind, ...found, enough, missing };
  if (found.pValue !== undefined) return { column, rests: 'p-value', missingPValue };
  if (options.plain || !options.significance) return { column, rests: 'distance', missingPValue };
  column.pValue = companionTest(kind, reference.present, current.present).compare(
    reference.present,
    current.present,
    kind,
  ).pValue;
  return { column, rests: 'both', missingPValue };
}

/** Verdict of a column from corrected p-values. */
export function decideColumn(
  pending: Pending,
  adjusted: { pValue?: number; missingPValue?: number },
  options: DriftOptions,
): ColumnDrift {
  const { column, rests } = pending;
  const significant = adjusted.pValue !== undefined && adjusted.pValue < options.alpha;
  const large = column.statistic >= column.threshold;
  const byValue =
    column.enough &&
    (rests === 'p-value' ? significant : rests === 'distance' ? large : significant && large);
  const shift = column.missing.current - column.missing.reference;
  const byMissing =
    adjusted.missingPValue !== undefined &&
    adjusted.missingPValue < options.alpha &&
    Math.abs(shift) >= MISSING_SHIFT;
  return {
    ...column,
    ...(adjusted.pValue !== undefined && { adjustedPValue: adjusted.pValue }),
    ...(byMissing &&
      !column.enough && {
        test: 'missing-share' as const,
        statistic: Math.abs(shift),
        threshold: MISSING_SHIFT,
      }),
    drifted: byValue || byMissing,
    missing: {
      ...column.missing,
      drifted: byMissing,
      ...(adjusted.missingPValue !== undefined && { adjustedPValue: adjusted.missingPValue }),
    },
  };
}
