import type { FeatureColumn } from '../../datasets/matrix.ts';

/** Range of good values. Outside it, points are lost in proportion, up to all of them at a distance of `slack`. */
export interface Band {
  low?: number;
  high?: number;
  slack: number;
}

/** One fixed rule of biomechanics. */
export interface Rule {
  name: string;
  /** The judged quantity, computed from feature values by name; NaN where it is unknown. */
  measure(value: (column: string) => number): number;
  /** Names of columns about the same aspect, so that a model's factor can agree with the rule. */
  factors: RegExp;
  /** By action; the rule does not apply to other actions. */
  bands: Readonly<Partial<Record<string, Band>>>;
  /** Most points that can be lost, of 10. */
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

/** Looks up feature values of one row by name; NaN for an unknown column. */
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

/**
 * Judges one row by one rule.
 * @returns a breach, `kept`, or undefined where the rule does not apply or the value is unknown
 * @example
 * const balance = { name: 'balance', measure: (value) => value('sway'), bands: { jump: { high: 2, slack: 4 } }, points: 4 };
 * judge(balance, 'jump', () => 1); // => 'kept'
 * judge(balance, 'jump', () => 4).points; // => 2
 * judge(balance, 'squat', () => 4); // => undefined
 */
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
