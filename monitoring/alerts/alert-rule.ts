import type { Severity } from '../../platform/notify/notify.ts';
import type { DriftReport } from '../drift/report.ts';
import type { LiveError } from '../live-error.ts';
import type { ScoreCheck } from '../score-bounds.ts';
import type { StreamReport } from '../stream-monitor.ts';

/** What an operator reads: what happened, how certain it is, what it affects, and what to do next. */
export interface AlertDraft<Kind extends string = string> {
  kind: Kind;
  severity: Severity;
  title: string;
  body: string;
  facts: { name: string; value: string }[];
  /** Ids of the predictions that contribute most to the verdict. */
  evidence: string[];
  /** Next steps, most useful first. */
  next: string[];
}

/** Everything that one run of the monitors found about a product. */
export interface CheckResults {
  drift: DriftReport;
  stream: StreamReport;
  liveError: LiveError;
  /** Absent where the product sets no bounds on its scores. */
  scores?: ScoreCheck;
}

/** Turns one kind of finding into an alert: one file each, listed in `catalog.ts`. */
export interface AlertRule<Kind extends string = string> {
  /** Kind of its alerts: part of the key of an incident, so it must never change. */
  readonly name: Kind;
  /**
   * @returns a draft where an alert must be open, `clear` where an open one must be resolved, and undefined where the data
   * does not suffice to tell.
   */
  evaluate(results: CheckResults): AlertDraft<Kind> | 'clear' | undefined;
}
