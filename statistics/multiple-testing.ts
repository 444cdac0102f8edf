import { ascending } from './correlation.ts';

/**
 * Adjusted p-values of Benjamini and Hochberg 1995. If every test with an adjusted p-value of at most α raises an alarm,
 * the expected share of false alarms among all alarms is at most α (for independent or positively dependent tests).
 * @example
 * benjaminiHochberg([0.02, 0.04, 0.5, 0.25]); // => [0.08, 0.08, 0.5, 0.3333333333333333]
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = ascending(pValues);
  const adjusted = new Array<number>(pValues.length);
  let least = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    least = Math.min(least, (pValues[order[i]] * order.length) / (i + 1));
    adjusted[order[i]] = least;
  }
  return adjusted;
}
