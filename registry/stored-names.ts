/**
 * Names in stored ledger events and runs, in `--json` and in HTTP answers that differ from those in the code. They are
 * older than the code's names and never change, so that stored data and programs that read the answers keep working.
 */
export const STORED = {
  /** The incumbent among the evidence and the checks of a decision. */
  incumbent: 'defender',
  /** The test report among the evidence of a decision. */
  testReport: 'card',
  /** The test report as an artifact of the candidate's run. */
  testReportFile: 'card.json',
  /** The kind of a ledger event, and the prefix of its id, that records a rejection. */
  rejection: 'refusal',
  /** The rejections of a history. */
  rejections: 'refusals',
  /** The champion periods of a history. */
  periods: 'reigns',
} as const;
