import { populationDeviation } from '../statistics/wasserstein.ts';

/** Bounds on the predictions themselves, on the product's own scale; a bound left out is not checked. */
export interface ScorerRules {
  /** Days that are looked at; default 7. */
  days?: number;
  /** Predictions needed in them; default 50. */
  minimum?: number;
  /** More spread than this is suspicious. */
  mostDeviation?: number;
  /** A mean below or above these is suspicious. */
  leastMean?: number;
  mostMean?: number;
}

/** For scores of 0–10. */
export const SCORER_RULES: Readonly<Required<ScorerRules>> = {
  days: 7,
  minimum: 50,
  mostDeviation: 2,
  leastMean: 3,
  mostMean: 8,
};

export interface ScorerVerdict {
  verdict: 'drift' | 'no_drift' | 'not_enough_data';
  /** Predictions in the window, and how many are needed. */
  n: number;
  needed: number;
  mean: number;
  /** With n in the denominator. */
  deviation: number;
  /** One sentence a broken rule; or what is missing. */
  reasons: string[];
}

const DAY_MS = 86_400_000;

/**
 * Do recent predictions look like predictions should? A check that needs no reference.
 * @param predictions any order; `at` is an ISO date.
 * @param now end of the window, ISO date.
 */
export function checkScores(
  predictions: readonly { at: string; value: number }[],
  now: string,
  rules: ScorerRules = SCORER_RULES,
): ScorerVerdict {
  const { days = SCORER_RULES.days, minimum = SCORER_RULES.minimum } = rules;
  const end = Date.parse(now);
  const start = end - days * DAY_MS;
  const values = predictions
    .filter(({ at }) => Date.parse(at) > start && Date.parse(at) <= end)
    .map(({ value }) => value);
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = populationDeviation(values);
  const found = { n, needed: minimum, mean, deviation };
  if (n < minimum) {
    const reasons = [`${n} predictions in the last ${days} days: ${minimum} are needed.`];
    return { verdict: 'not_enough_data', ...found, reasons };
  }
  const { mostDeviation, leastMean, mostMean } = rules;
  const reasons: string[] = [];
  const window = `over ${n} predictions of the last ${days} days`;
  if (mostDeviation !== undefined && deviation > mostDeviation)
    reasons.push(`Standard deviation ${deviation.toFixed(2)} ${window} is above ${mostDeviation}.`);
  if (leastMean !== undefined && mean < leastMean)
    reasons.push(`Mean ${mean.toFixed(2)} ${window} is below ${leastMean}.`);
  if (mostMean !== undefined && mean > mostMean)
    reasons.push(`Mean ${mean.toFixed(2)} ${window} is above ${mostMean}.`);
  return { verdict: reasons.length > 0 ? 'drift' : 'no_drift', ...found, reasons };
}
