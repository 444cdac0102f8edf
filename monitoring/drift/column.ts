import { TouchlineError } from '../../platform/errors.ts';
import { proportionsZTest } from '../../statistics/proportions.ts';
import { chooseDetector, companionTest } from './choose-detector.ts';
import { DETECTORS, type DetectorName } from './detectors/catalog.ts';
import { type ColumnKind, P_THRESHOLD } from './detectors/detector.ts';
import { type DriftOptions, MIN_VALUES } from './options.ts';
import type { ColumnSample } from './samples.ts';

/** One column of a drift report. */
export interface ColumnDrift {
  name: string;
  type: ColumnKind;
  /** `missing-share`: too few values are present to compare them, but the share of missing values itself shifted. */
  test: DetectorName | 'missing-share';
  statistic: number;
  /** Threshold of the p-value for tests, of the statistic for distances. */
  threshold: number;
  /** P-value of the test; for a distance, of the companion test (KS or chi-square) on the same values. */
  pValue?: number;
  /** After correction over all columns. */
  adjustedPValue?: number;
  drifted: boolean;
  /** Numbers of values compared. */
  reference_n: number;
  current_n: number;
  /** False where a side has fewer values than the minimum: no verdict on the values is given then. */
  enough: boolean;
  /** Shares of rows without the value. */
  missing: { reference: number; current: number; drifted: boolean; adjustedPValue?: number };
}

/** A compared column before the correction of p-values, so without a verdict. */
export interface ColumnComparison {
  column: ColumnDrift;
  /** What the verdict needs: a significant p-value, a large distance, or both. */
  decidesBy: 'p-value' | 'distance' | 'both';
  /** A p-value of the values below it is significant: the threshold of the test that gave it. */
  significance?: number;
  missingPValue?: number;
}

/** How far the share of missing values must move, in addition to being significant. */
const MISSING_SHIFT = 0.1;

/** Compares one column. The verdict follows in `decideColumn`, once the p-values of all columns are known. */
export function compareColumn(
  reference: ColumnSample,
  current: ColumnSample,
  options: DriftOptions,
): ColumnComparison {
  const { name, kind } = reference;
  const missing = {
    reference: reference.rows > 0 ? reference.missing / reference.rows : 0,
    current: current.rows > 0 ? current.missing / current.rows : 0,
    drifted: false,
  };
  const missingPValue =
    !options.plain &&
    reference.missing + current.missing > 0 &&
    Math.min(reference.rows, current.rows) >= MIN_VALUES
      ? proportionsZTest(
          { hits: reference.missing, n: reference.rows },
          { hits: current.missing, n: current.rows },
        ).pValue
      : undefined;
  const sizes = { reference_n: reference.present.length, current_n: current.present.length };
  const least = Math.min(sizes.reference_n, sizes.current_n);
  const enough = least >= (options.plain ? 1 : MIN_VALUES);
  const configured = options.detectors?.[name];
  const detector = configured
    ? DETECTORS.named(configured)
    : chooseDetector(kind, reference.present, current.present, options.plain);
  if (!detector.kinds.includes(kind))
    throw new TouchlineError(
      'INVALID_CONFIG',
      `The drift detector ${detector.name} cannot compare ${name}, which is ${kind}: choose another detector.`,
    );
  const { threshold } = detector;
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
    return { column, decidesBy: 'distance', missingPValue };
  }

  const found = detector.compare(reference.present, current.present, kind);
  const column: ColumnDrift = { name, type: kind, ...found, enough, missing };
  if (found.pValue !== undefined)
    return { column, decidesBy: 'p-value', significance: found.threshold, missingPValue };
  if (options.plain) return { column, decidesBy: 'distance', missingPValue };
  const companion = companionTest(kind, reference.present, current.present).compare(
    reference.present,
    current.present,
    kind,
  );
  column.pValue = companion.pValue;
  return { column, decidesBy: 'both', significance: companion.threshold, missingPValue };
}

/** Decides a column by the corrected p-values. */
export function decideColumn(
  comparison: ColumnComparison,
  adjusted: { pValue?: number; missingPValue?: number },
): ColumnDrift {
  const { column, decidesBy, significance } = comparison;
  const significant =
    adjusted.pValue !== undefined && significance !== undefined && adjusted.pValue < significance;
  const large = column.statistic >= column.threshold;
  const byValue =
    column.enough &&
    (decidesBy === 'p-value' ? significant : decidesBy === 'distance' ? large : significant && large);
  const shift = column.missing.current - column.missing.reference;
  const byMissing =
    adjusted.missingPValue !== undefined &&
    adjusted.missingPValue < P_THRESHOLD &&
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
