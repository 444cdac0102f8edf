import type { Json } from '../platform/store/store.ts';

/** What one model shows on the held-out rows. All evidence of one comparison covers the same rows in the same order. */
export interface Evidence {
  /** Display name: `version 4 (boosting)`, `rules`, `mean`. */
  name: string;
  /** Content hash of the package; absent for a baseline. */
  package?: string;
  /** Loss of each row (absolute error, log loss …): smaller is better. */
  loss: Float64Array;
  /** Group of each row: athlete, video or game. */
  groups: readonly string[];
  /** Slices of each row, such as `{ action: 'shot' }`. */
  slices: readonly Readonly<Record<string, string>>[];
  /** 95th percentile of the time of one prediction, in milliseconds. */
  latencyMs?: number;
  /** Size of the package in bytes. */
  bytes?: number;
  /** Expected calibration error, 0–1 (binary models). */
  ece?: number;
  /** The `ece` that a perfectly calibrated model could show on these rows by chance alone. */
  eceByChance?: number;
  /** Share of rows whose interval contains the actual value, 0–1 (regression models with an interval). */
  coverage?: number;
}

/** The summary that the ledger keeps of one model's evidence. */
export function summaryOf(evidence: Evidence): Json {
  const { name, package: hash, loss, groups, latencyMs, bytes, ece, eceByChance, coverage } = evidence;
  return {
    name,
    package: hash ?? null,
    rows: loss.length,
    groups: new Set(groups).size,
    meanLoss: loss.reduce((sum, one) => sum + one, 0) / loss.length,
    latencyMs: latencyMs ?? null,
    bytes: bytes ?? null,
    ece: ece ?? null,
    eceByChance: eceByChance ?? null,
    coverage: coverage ?? null,
  };
}
