import type { DetectorName } from './detectors/catalog.ts';

export interface DriftOptions {
  /** Evidently's verdicts exactly: no minimum, no correction, no significance of distances, no missing values. */
  plain: boolean;
  /** Values needed on both sides of a column, and rows on both sides, before a verdict is given; default 50. */
  minimum: number;
  /** The data set drifts when at least this share of its columns does, 0–1; default 0.5. */
  share: number;
  /** Detector by column name, for columns where type and size should not choose it. */
  detectors: Readonly<Record<string, DetectorName>>;
}

export const DRIFT_DEFAULTS: DriftOptions = { plain: false, minimum: 50, share: 0.5, detectors: {} };
