/** Names of the two-sample tests and distances, as reports and options spell them. */
export type DetectorName =
  | 'ks'
  | 'wasserstein'
  | 'psi'
  | 'jensen-shannon'
  | 'chi-square'
  | 'chi-square-fit'
  | 'z-proportions';

export type ColumnKind = 'numeric' | 'categorical';

/** What one comparison of two samples found. */
export interface Comparison {
  test: DetectorName;
  /** The test's own figure: a distance, D, χ² or z. */
  statistic: number;
  /** Of the p-value where there is one, else of the statistic. */
  threshold: number;
  pValue?: number;
  /** Beyond the threshold, before any correction. */
  drifted: boolean;
  reference_n: number;
  current_n: number;
}

/** Compares two samples of one column: finite numbers, codes where it is categorical. One detector a file. */
export interface Detector {
  readonly name: DetectorName;
  readonly kinds: readonly ColumnKind[];
  readonly decidesBy: 'p-value' | 'distance';
  /** A p-value below it, or a distance from it on, is drift. */
  readonly threshold: number;
  /** Both sides hold 1 value or more; INVALID_INPUT otherwise. `threshold` replaces the detector's own. */
  compare(
    reference: ArrayLike<number>,
    current: ArrayLike<number>,
    kind: ColumnKind,
    threshold?: number,
  ): Comparison;
}

/** Watches a stream of numbers value by value. */
export interface StreamDetector {
  readonly name: 'page-hinkley' | 'adwin';
  /** @returns true where this value raises the alarm; the detector then starts afresh. */
  update(value: number): boolean;
}

/** Significance level of tests, and least distance that counts: Evidently's defaults. */
export const P_THRESHOLD = 0.05;
export const DISTANCE_THRESHOLD = 0.1;

/** A detector whose verdict rests on a distance. */
export function byDistance(
  name: DetectorName,
  kinds: readonly ColumnKind[],
  distance: (reference: ArrayLike<number>, current: ArrayLike<number>, kind: ColumnKind) => number,
): Detector {
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

/** A detector whose verdict rests on a p-value. */
export function byTest(
  name: DetectorName,
  kinds: readonly ColumnKind[],
  test: (reference: ArrayLike<number>, current: ArrayLike<number>) => { statistic: number; pValue: number },
): Detector {
  return {
    name,
    kinds,
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
