import type { AlertRule, CheckResults } from '../alert-rule.ts';

/** Opens where the mean of the predictions changed within the window. */
export const streamAlert = {
  name: 'stream',
  evaluate({ stream: report }: Pick<CheckResults, 'stream'>) {
    if (report.verdict === 'not_enough_data') return undefined;
    if (report.verdict === 'no_drift') return 'clear';
    return {
      kind: 'stream',
      severity: 'warning',
      title: 'The predictions changed as they came in',
      body: report.reason,
      facts: [
        { name: 'predictions', value: String(report.n) },
        ...report.changes.map(({ detector, at }) => ({ name: detector, value: at })),
        { name: 'values between false alarms', value: `about ${report.falseAlarmEvery}` },
      ],
      evidence: report.changes.map((change) => change.id),
      next: [
        'Look at the requests shortly before the change: is there a new source, camera, client or champion?',
      ],
    };
  },
} satisfies AlertRule<'stream'>;
