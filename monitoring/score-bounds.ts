import { populationDeviation } from '../statistics/wasserstein.ts';

/** Bounds on the predictions themselves, on the product's own scale. A bound that is absent is not checked. */
export interface ScoreBounds {
  maxDeviation?: number;
  minMean?: number;
  maxMean?: number;
}

/** For scores of 0–10. */
export const SCORE_BOUNDS: Readonly<Required<ScoreBounds>> = { maxDeviation: 2, minMean: 3, maxMean: 8 };

export interface ScoreCheck {
  verdict: 'drift' | 'no_drift' | 'not_enough_data';
  /** Predictions in the window, and how many are needed. */
  n: number;
  needed: number;
  mean: number;
  /** Standard deviation with n in the denominator. */
  deviation: number;
  /** One sentence for each violated bound, or what is missing. */
  reasons: string[];
}

const DAY_MS = 86_400_000;
const WINDOW_DAYS = 7;
const MIN_PREDICTIONS = 50;

/**
 * Checks the predictions of the last seven days against bounds. This needs no reference and no labels.
 * @param predictions in any order; `at` is an ISO date.
 * @param now end of the window, ISO date.
 * @example
 * const predictions = Array.from({ length: 60 }, () => ({ at: '2026-01-30T00:00:00Z', value: 9 }));
 * checkScores(predictions, '2026-01-31T00:00:00Z').reasons; // => ['The mean of 9.00 over 60 predictions in the last 7 days is above 8.']
 */
export function checkScores(
  predictions: readonly { at: string; value: number }[],
  now: string,
  bounds: ScoreBounds = SCORE_BOUNDS,
): ScoreCheck {
  const end = Date.parse(now);
  const start = end - WINDOW_DAYS * DAY_MS;
  const values = predictions
    .filter(({ at }) => Date.parse(at) > start && Date.parse(at) <= end)
    .map(({ value }) => value);
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = populationDeviation(values);
  const found = { n, needed: MIN_PREDICTIONS, mean, deviation };
  if (n < MIN_PREDICTIONS) {
    const reasons = [
      `There are ${n} predictions in the last ${WINDOW_DAYS} days; at least ${MIN_PREDICTIONS} are needed.`,
    ];
    return { verdict: 'not_enough_data', ...found, reasons };
  }
  const { maxDeviation, minMean, maxMean } = bounds;
  const reasons: string[] = [];
  const window = `over ${n} predictions in the last ${WINDOW_DAYS} days`;
  if (maxDeviation !== undefined && deviation > maxDeviation)
    reasons.push(`The standard deviation of ${deviation.toFixed(2)} ${window} is above ${maxDeviation}.`);
  if (minMean !== undefined && mean < minMean)
    reasons.push(`The mean of ${mean.toFixed(2)} ${window} is below ${minMean}.`);
  if (maxMean !== undefined && mean > maxMean)
    reasons.push(`The mean of ${mean.toFixed(2)} ${window} is above ${maxMean}.`);
  return { verdict: reasons.length > 0 ? 'drift' : 'no_drift', ...found, reasons };
}
