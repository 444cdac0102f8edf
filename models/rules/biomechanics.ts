import type { FeatureColumn } from '../../datasets/matrix.ts';
import type { Prediction, Predictor } from '../package/package.ts';
import { BIOMECHANICS_RULES } from './biomechanics-rules.ts';
import { type Breach, judge, valuesByName } from './rule.ts';

/** Score without any breach. */
const BEST_SCORE = 10;
/** Score where no rule could be judged. */
const NEUTRAL_SCORE = 5;

export interface RulesVerdict {
  /** 0–10. */
  score: number;
  /** Rules that the row breaks, the costliest first. */
  breaches: Breach[];
  /** Number of rules that could be judged. */
  judged: number;
}

function actionOf(columns: readonly FeatureColumn[], value: (column: string) => number): string | undefined {
  const categories = columns.find((column) => column.name === 'action_type')?.categories;
  return categories?.[value('action_type')];
}

/**
 * Scores one row of biomechanics features by the fixed rules: 10 minus the cost of each broken rule.
 * @param columns columns of the row, found by name; rules whose columns are missing or NaN do not count
 */
export function scoreByRules(columns: readonly FeatureColumn[], row: ArrayLike<number>): RulesVerdict {
  const value = valuesByName(columns, row);
  const action = actionOf(columns, value);
  const verdicts = action ? BIOMECHANICS_RULES.map((rule) => judge(rule, action, value)) : [];
  const judged = verdicts.filter((verdict) => verdict !== undefined);
  const breaches = judged.filter((verdict) => verdict !== 'kept').sort((a, b) => b.points - a.points);
  const lost = breaches.reduce((sum, breach) => sum + breach.points, 0);
  return {
    score: judged.length === 0 ? NEUTRAL_SCORE : Math.max(0, BEST_SCORE - lost),
    breaches,
    judged: judged.length,
  };
}

/** The fixed rules as a model: the fallback while there is no champion, and the baseline that a challenger must beat. */
export function rulesModel(columns: readonly FeatureColumn[]): Predictor {
  return {
    name: 'rules',
    async predict(values): Promise<Prediction> {
      const width = columns.length;
      const value = Float64Array.from(
        { length: values.length / width },
        (_, row) => scoreByRules(columns, values.subarray(row * width, (row + 1) * width)).score,
      );
      return { value, members: Array.from(value, (score) => Float64Array.of(score)) };
    },
  };
}
