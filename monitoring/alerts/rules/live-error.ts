import type { AlertRule, CheckResults } from '../alert-rule.ts';

/** Opens where the error on labelled predictions is worse than the one measured on the test part. */
export const liveErrorAlert = {
  name: 'live_error',
  evaluate({ liveError }: Pick<CheckResults, 'liveError'>) {
    if (liveError.verdict === 'not_enough_data') return undefined;
    if (liveError.verdict === 'as_promised') return 'clear';
    return {
      kind: 'live_error',
      severity: 'critical',
      title: 'The model performs worse than on its test data',
      body: liveError.reasons.join(' '),
      facts: liveError.metrics.map(({ name, live, promised }) => ({
        name,
        value: `${live.value.toFixed(4)}${promised ? ` (test ${promised.value.toFixed(4)})` : ''}`,
      })),
      evidence: [],
      next: [
        'Retrain on a snapshot that includes the new labels. The new candidate must pass the gate.',
        'If the error began with a promotion, roll back to the previous champion.',
      ],
    };
  },
} satisfies AlertRule<'live_error'>;
