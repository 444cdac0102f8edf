import type { FeatureColumn } from '../../datasets/matrix.ts';
import type { Explanation } from '../package/package.ts';
import { scoreByRules } from './biomechanics.ts';

export interface Advice {
  /** Column that lowers the predicted score. */
  factor: string;
  /** Its Shapley value on the raw score; negative. */
  impact: number;
  /** Name of the rule that agrees. */
  rule: string;
  text: string;
}

/** A factor that costs less than this is not worth changing a movement for. */
const MIN_IMPACT = 0.05;
const STRONGEST_FACTORS = 5;
const MAX_ADVICE = 3;

/**
 * Gives advice where model and rules agree: one of the five strongest factors lowers the score, and the row breaks a rule
 * about the same aspect. Strongest factor first, each rule once, at most three.
 * @param explanation Shapley values of the row
 * @param columns columns of the row
 * @param values values of the row; NaN where missing
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
    .slice(0, STRONGEST_FACTORS)
    .filter(({ impact }) => impact <= -MIN_IMPACT);
  const advice: Advice[] = [];
  for (const { factor, impact } of factors) {
    const agreeing = breaches.find(
      ({ rule, side }) =>
        rule.advice[side] && rule.factors.test(factor) && advice.every((given) => given.rule !== rule.name),
    );
    const text = agreeing?.rule.advice[agreeing.side];
    if (agreeing && text) advice.push({ factor, impact, rule: agreeing.rule.name, text });
  }
  return advice.slice(0, MAX_ADVICE);
}
