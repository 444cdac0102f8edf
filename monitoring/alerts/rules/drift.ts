import type { ContributingRow } from '../../drift/contributing-rows.ts';
import type { DriftReport } from '../../drift/report.ts';
import type { AlertDraft, AlertRule, CheckResults } from '../alert-rule.ts';

const points = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(3)}`;

const describeRow = ({ id, column, value }: ContributingRow) =>
  `${id} (${column} ${Number(value.toPrecision(4))})`;

/** `critical` where data and predictions drifted, `warning` where one of them did, `info` for single columns. */
export const driftAlert = {
  name: 'drift',
  evaluate({ drift: report }: Pick<CheckResults, 'drift'>) {
    if (report.verdict === 'not_enough_data') return undefined;
    const data = report.verdict === 'drift';
    const outputs = report.prediction?.drifted ?? false;
    if (!data && !outputs && !report.columns.some((column) => column.drifted)) return 'clear';
    return draftFor(report, data, outputs);
  },
} satisfies AlertRule<'drift'>;

function draftFor(report: DriftReport, data: boolean, outputs: boolean): AlertDraft<'drift'> {
  const { effect } = report;
  const drifted = report.columns.filter((column) => column.drifted);
  const severity = data && outputs ? 'critical' : data || outputs ? 'warning' : 'info';
  const incomplete = drifted.filter((column) => column.missing.drifted);
  const title = data
    ? `${drifted.length} of ${report.columns.length} columns drifted${outputs ? ', and so did the predictions' : ''}`
    : outputs
      ? 'The predictions drifted'
      : `${drifted.length === 1 ? 'One column' : `${drifted.length} columns`} drifted, but the data set as a whole did not`;
  return {
    kind: 'drift',
    severity,
    title,
    body: effect
      ? `${report.reason} The mean prediction moved by ${points(effect.points)} (95 % interval ${points(effect.low)} to ${points(effect.high)}).`
      : report.reason,
    facts: [
      { name: 'rows compared', value: `${report.rows.current} against ${report.rows.reference}` },
      ...drifted.map(({ name, test, statistic, adjustedPValue }) => ({
        name,
        value: `${test} ${Number(statistic.toPrecision(3))}${adjustedPValue === undefined ? '' : `, p ${adjustedPValue.toPrecision(2)}`}`,
      })),
    ],
    evidence: report.evidence.map(describeRow),
    next: [
      ...(incomplete.length > 0
        ? [
            `Check the source of ${incomplete.map((column) => column.name).join(', ')}: more values are missing than before.`,
          ]
        : []),
      'Open the drift report and look at the distributions and at the rows listed as evidence.',
      ...(severity === 'info'
        ? ['Acknowledge the alert if the change was expected.']
        : [
            'Label some of the new rows: the live error shows whether the model is still accurate.',
            'Retrain on a snapshot that includes the new rows. The new candidate must pass the gate.',
          ]),
    ],
  };
}
