import type { FeatureColumn } from '../../datasets/matrix.ts';

/** Values that are good; outside, points are lost in proportion until `slack` beyond the end. */
export interface Band {
  low?: number;
  high?: number;
  slack: number;
}

/** One fixed rule of biomechanics. */
export interface Rule {
  name: string;
  /** What is judged, from feature values by name; NaN where it is not known. */
  measure(value: (column: string) => number): number;
  /** Columns that speak of the same thing, so that a model's factor can agree with the rule. */
  factors: RegExp;
  /** By action; the rule says nothing of others. */
  bands: Readonly<Partial<Record<string, Band>>>;
  /** Points lost at most, of 10. */
  points: number;
  advice: { below?: string; above?: string };
}

/** A rule that a row breaks. */
export interface Breach {
  rule: Rule;
  side: 'below' | 'above';
  value: number;
  /** Points lost. */
  points: number;
}

/** Feature values of one row by name; NaN for a column that is not there. */
export function valuesByName(
  columns: readonly FeatureColumn[],
  row: ArrayLike<number>,
): (column: string) => number {
  const index = new Map(columns.map((column, i) => [column.name, i]));
  return (name) => {
    const at = index.get(name);
    return at === undefined ? Number.NaN : row[at];
  };
}

/** What a rule says of a row: a breach, `kept`, or nothing where it does not apply or the value is not known. */
export function judge(
  rule: Rule,
  action: string,
  value: (column: string) => number,
): Breach | 'kept' | undefined {
  const band = rule.bands[action];
  const measured = rule.measure(value);
  if (!band || Number.isNaN(measured)) return undefined;
  const below = band.low === undefined ? 0 : band.low - measured;
  const above = band.high === undefined ? 0 : measured - band.high;
  const excess = Math.max(below, above);
  if (excess <= 0) return 'kept';
  const points = rule.points * Math.min(1, excess / band.slack);
  return { rule, side: below > above ? 'below' : 'above', value: measured, points };
}
