import type { AlertRule, CheckResults } from '../alert-rule.ts';

/** Opens where recent predictions violate the product's bounds. */
export const scoresAlert = {
  name: 'scores',
  evaluate({ scores }: Pick<CheckResults, 'scores'>) {
    if (scores === undefined || scores.verdict === 'not_enough_data') return undefined;
    if (scores.verdict === 'no_drift') return 'clear';
    return {
      kind: 'scores',
      severity: 'warning',
      title: 'The scores are outside their usual range',
      body: scores.reasons.join(' '),
      facts: [
        { name: 'predictions', value: String(scores.n) },
        { name: 'mean', value: scores.mean.toFixed(2) },
        { name: 'standard deviation', value: scores.deviation.toFixed(2) },
      ],
      evidence: [],
      next: [
        'Look at the drift report for the same days to see whether the inputs or the model changed.',
        'If a new champion was promoted during these days, compare it with its predecessor, and roll back if it is the cause.',
      ],
    };
  },
} satisfies AlertRule<'scores'>;
