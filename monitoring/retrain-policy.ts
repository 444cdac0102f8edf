import { moreSevere, type Severity } from '../platform/notify/notify.ts';
import type { AlertKind } from './alert.ts';

export interface RetrainRules {
  /** Kinds that may ask for a retraining; default drift and live error. */
  kinds?: readonly AlertKind[];
  /** Least severity that asks; default critical. */
  from?: Severity;
  /** Hours that must lie between two retrainings; default 24. */
  coolDownHours?: number;
}

/**
 * Does an alert ask for a retraining job? The candidate that comes of it must still pass the gate.
 * An alert that was acknowledged or silenced asks for nothing: someone has it in hand.
 * @param lastRetrainAt and `now`: ISO dates.
 */
export function retrainPolicy(
  alert: { kind: AlertKind; severity: Severity; status: string; silencedUntil?: string },
  now: string,
  lastRetrainAt?: string,
  rules: RetrainRules = {},
): { retrain: boolean; reason: string } {
  const { kinds = ['drift', 'live_error'], from = 'critical', coolDownHours = 24 } = rules;
  const no = (reason: string) => ({ retrain: false, reason });
  if (alert.status !== 'open') return no(`The alert is ${alert.status}: someone has it in hand.`);
  if (alert.silencedUntil && alert.silencedUntil > now)
    return no(`The alert is silenced until ${alert.silencedUntil}.`);
  if (!kinds.includes(alert.kind)) return no(`Alerts of kind ${alert.kind} do not retrain.`);
  if (moreSevere(from, alert.severity))
    return no(`The alert is ${alert.severity}: retraining starts from ${from} on.`);
  const hours = lastRetrainAt ? (Date.parse(now) - Date.parse(lastRetrainAt)) / 3_600_000 : Infinity;
  if (hours < coolDownHours)
    return no(`The last retraining was ${hours.toFixed(1)} hours ago: ${coolDownHours} must pass.`);
  return { retrain: true, reason: `The ${alert.kind} alert is ${alert.severity}.` };
}
