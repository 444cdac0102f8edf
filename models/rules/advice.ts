import type { FeatureColumn } from '../../datasets/matrix.ts';
import type { Explanation } from '../package/package.ts';
import { scoreByRules } from './biomechanics.ts';

export interface Advice {
  /** Column that the model holds against the action. */
  factor: string;
  /** Its Shapley value, in raw score; below 0. */
  impact: number;
  /** Rule that agrees. */
  rule: string;
  text: string;
}

/** A factor that costs less is no reason to change a movement. */
const LEAST_IMPACT = 0.05;
const STRONGEST = 5;
const MOST = 3;

/**
 * Advice only where a rule agrees: a factor among the five strongest that lowers the score, and a rule on the same thing
 * that the row breaks. Strongest factor first, each rule once, three at most.
 * @param explanation Shapley values of the row.
 * @param columns of the row.
 * @param values of the row; NaN where not known.
 */
export function adviceFor(
  explanation: Pick<Explanation, 'values'>,
  columns: readonly FeatureColumn[],
  values: ArrayLike<number>,
): Advice[] {
  const { breaches } = scoreByRules(columns, values);
  const factors = columns
    .map(({ name }, i) => ({ factor: name, impact: explanation.values[i] }))
    .sort((a, b) => Math.abs(b.impact) - Math.abs(a.impact))
    .slice(0, STRONGEST)
    .filter(({ impact }) => impact <= -LEAST_IMPACT);
  const advice: Advice[] = [];
  for (const { factor, impact } of factors) {
    const agreeing = breaches.find(
      ({ rule, side }) =>
        rule.advice[side] && rule.factors.test(factor) && advice.every((given) => given.rule !== rule.name),
    );
    const text = agreeing?.rule.advice[agreeing.side];
    if (agreeing && text) advice.push({ factor, impact, rule: agreeing.rule.name, text });
  }
  return advice.slice(0, MOST);
}
