import { moreSevere, type Severity } from '../../platform/notify/notify.ts';
import type { AlertKind } from './catalog.ts';

export interface RetrainRules {
  /** Least severity that triggers a retraining; default critical. */
  from?: Severity;
  /** Least hours between two retrainings; default 24. */
  coolDownHours?: number;
}

/** Kinds of alerts that a retraining can resolve. */
const RETRAINING_HELPS: ReadonlySet<AlertKind> = new Set(['drift', 'live_error']);

/**
 * Decides whether an alert triggers a retraining. The resulting candidate must still pass the gate. An acknowledged alert
 * triggers nothing, because somebody is already handling it.
 * @param now ISO date, like `lastRetrainAt`.
 * @example
 * retrainPolicy({ kind: 'drift', severity: 'critical', status: 'open' }, '2026-01-31T12:00:00Z').retrain; // => true
 * retrainPolicy({ kind: 'stream', severity: 'critical', status: 'open' }, '2026-01-31T12:00:00Z').reason; // => 'Alerts of kind stream do not trigger a retraining.'
 */
export function retrainPolicy(
  alert: { kind: AlertKind; severity: Severity; status: string },
  now: string,
  lastRetrainAt?: string,
  rules: RetrainRules = {},
): { retrain: boolean; reason: string } {
  const { from = 'critical', coolDownHours = 24 } = rules;
  const no = (reason: string) => ({ retrain: false, reason });
  if (alert.status !== 'open') return no(`The alert is ${alert.status}: somebody is already handling it.`);
  if (!RETRAINING_HELPS.has(alert.kind))
    return no(`Alerts of kind ${alert.kind} do not trigger a retraining.`);
  if (moreSevere(from, alert.severity))
    return no(`The alert is ${alert.severity}, and only alerts from ${from} upwards trigger a retraining.`);
  const hours = lastRetrainAt ? (Date.parse(now) - Date.parse(lastRetrainAt)) / 3_600_000 : Infinity;
  if (hours < coolDownHours)
    return no(
      `The last retraining was ${hours.toFixed(1)} hours ago; ${coolDownHours} hours must pass between two.`,
    );
  return { retrain: true, reason: `The ${alert.kind} alert is ${alert.severity}.` };
}
