export type ColumnKind = 'numeric' | 'categorical';

/** Result of comparing two samples of one column. */
export interface Comparison<Name extends string = string> {
  test: Name;
  /** The test's own figure: a distance, D, χ² or z. */
  statistic: number;
  /** Threshold of the p-value where there is one, otherwise of the statistic. */
  threshold: number;
  pValue?: number;
  /** Beyond the threshold, before any correction for multiple tests. */
  drifted: boolean;
  reference_n: number;
  current_n: number;
}

/** A two-sample test or distance for one column: one file each, listed in `catalog.ts`. */
export interface Detector<Name extends string = string> {
  /** As reports and options spell it. */
  readonly name: Name;
  /** Kinds of columns it can compare. */
  readonly kinds: readonly ColumnKind[];
  /** Most distinct values that a column may have; absent where there is no limit. */
  readonly maxDistinct?: number;
  readonly decidesBy: 'p-value' | 'distance';
  /** A p-value below it, or a distance at or above it, is drift. */
  readonly threshold: number;
  /**
   * @param reference finite numbers, category codes where the column is categorical; at least one.
   * @param current likewise.
   * @param threshold replaces the detector's own.
   * @throws INVALID_INPUT where a side is empty or has more distinct values than `maxDistinct`
   */
  compare(
    reference: ArrayLike<number>,
    current: ArrayLike<number>,
    kind: ColumnKind,
    threshold?: number,
  ): Comparison<Name>;
}

/** Significance level of the tests: Evidently's default. */
export const P_THRESHOLD = 0.05;
/** Smallest distance that counts as drift: Evidently's default. */
const DISTANCE_THRESHOLD = 0.1;

/**
 * A detector that decides by a distance between the two samples.
 * @example
 * const meanShift = byDistance('mean-shift', ['numeric'], (a, b) => Math.abs(a[0] - b[0]));
 * meanShift.compare([1], [3], 'numeric').drifted; // => true
 */
export function byDistance<const Name extends string>(
  name: Name,
  kinds: readonly ColumnKind[],
  distance: (reference: ArrayLike<number>, current: ArrayLike<number>, kind: ColumnKind) => number,
): Detector<Name> {
  return {
    name,
    kinds,
    decidesBy: 'distance',
    threshold: DISTANCE_THRESHOLD,
    compare(reference, current, kind, threshold = DISTANCE_THRESHOLD) {
      const statistic = distance(reference, current, kind);
      return {
        test: name,
        statistic,
        threshold,
        drifted: statistic >= threshold,
        reference_n: reference.length,
        current_n: current.length,
      };
    },
  };
}

/** A detector that decides by the p-value of a two-sample test. */
export function byTest<const Name extends string>(
  name: Name,
  kinds: readonly ColumnKind[],
  test: (reference: ArrayLike<number>, current: ArrayLike<number>) => { statistic: number; pValue: number },
  limits: { maxDistinct?: number } = {},
): Detector<Name> {
  return {
    name,
    kinds,
    ...limits,
    decidesBy: 'p-value',
    threshold: P_THRESHOLD,
    compare(reference, current, _kind, threshold = P_THRESHOLD) {
      const { statistic, pValue } = test(reference, current);
      return {
        test: name,
        statistic,
        threshold,
        pValue,
        drifted: pValue < threshold,
        reference_n: reference.length,
        current_n: current.length,
      };
    },
  };
}
