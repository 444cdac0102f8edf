import type { Severity } from '../platform/notify/notify.ts';
import type { DriftReport } from './drift-report.ts';
import type { Evidence } from './evidence.ts';
import type { LiveError } from './live-error.ts';
import type { ScorerVerdict } from './scorer-rules.ts';
import type { StreamReport } from './stream-monitor.ts';

export type AlertKind = 'drift' | 'scores' | 'stream' | 'live_error';

/** What an operator is told: what happened, how sure that is, what it does, what to do next. */
export interface AlertDraft {
  kind: AlertKind;
  severity: Severity;
  title: string;
  body: string;
  facts: { name: string; value: string }[];
  /** Ids of the predictions that the verdict rests on most. */
  evidence: string[];
  /** Next steps, most useful first. */
  next: string[];
}

const points = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(3)}`;

function fact({ id, column, value }: Evidence): string {
  return `${id} (${column} ${Number(value.toPrecision(4))})`;
}

/**
 * The alert of a drift report, if it asks for one: `critical` where data and predictions drifted, `warning` where one of
 * them did, `info` for single columns. Undefined where nothing drifted or there is not enough data to tell.
 */
export function alertFor(report: DriftReport): AlertDraft | undefined {
  if (report.verdict === 'not_enough_data') return undefined;
  const drifted = report.columns.filter((column) => column.drifted);
  const data = report.verdict === 'drift';
  const outputs = report.prediction?.drifted ?? false;
  if (!data && !outputs && drifted.length === 0) return undefined;
  const severity = data && outputs ? 'critical' : data || outputs ? 'warning' : 'info';
  const { effect } = report;
  const lost = drifted.filter((column) => column.missing.drifted);
  const title = data
    ? `${drifted.length} of ${report.columns.length} columns drifted${outputs ? ', and so did the predictions' : ''}`
    : outputs
      ? 'The predictions drifted'
      : `${drifted.length === 1 ? 'One column' : `${drifted.length} columns`} drifted, the data set as a whole did not`;
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
    evidence: report.evidence.map(fact),
    next: [
      ...(lost.length > 0
        ? [
            `Look at the source of ${lost.map((column) => column.name).join(', ')}: more values are missing than before.`,
          ]
        : []),
      'Open the rows named as evidence and the distributions in the drift report.',
      ...(severity === 'info'
        ? ['Acknowledge if the change was expected.']
        : [
            'Label some of the new rows: the live error tells whether the model still holds.',
            'Retrain on a snapshot that holds the new rows; the candidate must pass the gate.',
          ]),
    ],
  };
}

/** The alert of the rules on the scores themselves. */
export function alertForScores(verdict: ScorerVerdict): AlertDraft | undefined {
  if (verdict.verdict !== 'drift') return undefined;
  return {
    kind: 'scores',
    severity: 'warning',
    title: 'Scores lie outside what is usual',
    body: verdict.reasons.join(' '),
    facts: [
      { name: 'predictions', value: String(verdict.n) },
      { name: 'mean', value: verdict.mean.toFixed(2) },
      { name: 'standard deviation', value: verdict.deviation.toFixed(2) },
    ],
    evidence: [],
    next: [
      'Look at the drift report of the same days: did the inputs change, or the model?',
      'If a champion was promoted in these days, compare it with the one before, and roll back if it is the cause.',
    ],
  };
}

/** The alert of a change within the stream of predictions. */
export function alertForStream(report: StreamReport): AlertDraft | undefined {
  if (report.verdict !== 'drift') return undefined;
  return {
    kind: 'stream',
    severity: 'warning',
    title: 'The predictions changed while they came in',
    body: report.reason,
    facts: [
      { name: 'predictions', value: String(report.n) },
      ...report.changes.map(({ detector, at }) => ({ name: detector, value: at })),
      { name: 'values between false alarms', value: `about ${report.falseAlarmEvery}` },
    ],
    evidence: report.changes.map((change) => change.id),
    next: ['Look at what was sent shortly before: a new source, camera or caller, or a new champion.'],
  };
}

/** The alert of a live error that is worse than promised. */
export function alertForLiveError(error: LiveError): AlertDraft | undefined {
  if (error.verdict !== 'worse') return undefined;
  return {
    kind: 'live_error',
    severity: 'critical',
    title: 'The model does worse than its test promised',
    body: error.reasons.join(' '),
    facts: error.metrics.map(({ name, live, promised }) => ({
      name,
      value: `${live.value.toFixed(4)}${promised ? ` (promised ${promised.value.toFixed(4)})` : ''}`,
    })),
    evidence: [],
    next: [
      'Retrain on a snapshot that holds the new labels; the candidate must pass the gate.',
      'If it began with a promotion, roll back to the champion before.',
    ],
  };
}
