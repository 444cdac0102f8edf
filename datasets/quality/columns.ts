import type { FeatureColumn } from '../matrix.ts';

/** Requirements on the columns and rows of a snapshot; a product may set its own thresholds. */
export interface SnapshotRules {
  /** Maximum share of missing values in a column that is not optional. */
  maxMissing: number;
  /** Maximum share of known values outside of the column's range or categories. */
  maxOutOfRange: number;
  /** Whether a column may have the same value in all rows. */
  allowConstant: boolean;
  /** Minimum numbers of rows and groups. */
  minRows: number;
  minGroups: number;
}

export const DEFAULT_SNAPSHOT_RULES: SnapshotRules = {
  maxMissing: 0.05,
  maxOutOfRange: 0.001,
  allowConstant: false,
  minRows: 10,
  minGroups: 3,
};

/** The counts of one column. */
export interface ColumnProfile {
  name: string;
  optional: boolean;
  rows: number;
  missing: number;
  outOfRange: number;
  /** Smallest and largest known value; NaN if none is known. */
  min: number;
  max: number;
}

/** Counts missing and impossible values of each column. */
export function profileColumns(
  columns: readonly FeatureColumn[],
  rows: readonly { values: readonly (number | null)[] }[],
): ColumnProfile[] {
  return columns.map((column, j) => {
    const [low, high] =
      column.kind === 'categorical'
        ? [0, (column.categories?.length ?? 0) - 1]
        : (column.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    let missing = 0;
    let outOfRange = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      const value = row.values[j];
      if (value === null || Number.isNaN(value)) {
        missing++;
        continue;
      }
      if (value < low || value > high || (column.kind === 'categorical' && !Number.isInteger(value)))
        outOfRange++;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    const known = missing < rows.length;
    return {
      name: column.name,
      optional: column.optional === true,
      rows: rows.length,
      missing,
      outOfRange,
      min: known ? min : Number.NaN,
      max: known ? max : Number.NaN,
    };
  });
}

export interface Finding {
  rule: string;
  passed: boolean;
  detail: string;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function finding(rule: string, offenders: readonly string[], fine: string): Finding {
  return { rule, passed: offenders.length === 0, detail: offenders.length > 0 ? offenders.join('; ') : fine };
}

/** The findings of a snapshot, one per rule, each naming every column that breaks it. */
export function judgeColumns(profiles: readonly ColumnProfile[], rules: SnapshotRules): Finding[] {
  const missing = profiles
    .filter((p) => !p.optional && p.missing / p.rows > rules.maxMissing)
    .map((p) => `${p.name}: ${percent(p.missing / p.rows)} missing`);
  const outside = profiles
    .filter((p) => p.outOfRange / Math.max(1, p.rows - p.missing) > rules.maxOutOfRange)
    .map((p) => `${p.name}: ${p.outOfRange} values from ${p.min} to ${p.max}`);
  const constant = profiles.filter((p) => p.min === p.max).map((p) => `${p.name}: always ${p.min}`);
  const absent = profiles.filter((p) => p.missing === p.rows).map((p) => p.name);
  const findings = [
    finding('missing', missing, `no column misses more than ${percent(rules.maxMissing)}`),
    finding('range', outside, 'values lie in the ranges of their columns'),
  ];
  if (!rules.allowConstant) findings.push(finding('constant', constant, 'every known column varies'));
  // Optional columns may be missing, but readers of the snapshot should know.
  findings.push({
    rule: 'optional',
    passed: true,
    detail:
      absent.length > 0 ? `not in this source: ${absent.join(', ')}` : 'every column has values somewhere',
  });
  return findings;
}
