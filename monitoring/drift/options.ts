import type { DetectorName } from './detectors/catalog.ts';

export interface DriftOptions {
  /** Evidently's verdicts exactly: no minimum, no correction, no significance of distances, no missing values. */
  plain?: boolean;
  /** Detector by column name, for columns where type and size should not choose it. */
  detectors?: Readonly<Record<string, DetectorName>>;
}

/** Values needed on both sides of a column, and rows on both sides, before a verdict is given. */
export const MIN_VALUES = 50;
