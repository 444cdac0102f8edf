/**
 * Log-loss of a raw output (log-odds) against an outcome of 0 or 1, in a form that never overflows.
 * @example
 * logLoss(0, 1).toFixed(4); // => '0.6931'
 * logLoss(1000, 0); // => 1000
 */
export function logLoss(raw: number, outcome: number): number {
  return Math.max(raw, 0) - raw * outcome + Math.log1p(Math.exp(-Math.abs(raw)));
}
