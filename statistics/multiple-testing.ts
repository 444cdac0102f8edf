import { ascending } from './correlation.ts';

/**
 * Adjusted p-values of Benjamini and Hochberg 1995: reject where at most α, and the expected share of false alarms
 * among all alarms is at most α (independent or positively dependent tests).
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

/** Adjusted p-values of Holm 1979: reject where at most α, and the chance of any false alarm is at most α. */
export function holm(pValues: readonly number[]): number[] {
  const order = ascending(pValues);
  const adjusted = new Array<number>(pValues.length);
  let most = 0;
  for (let i = 0; i < order.length; i++) {
    most = Math.max(most, Math.min(1, pValues[order[i]] * (order.length - i)));
    adjusted[order[i]] = most;
  }
  return adjusted;
}
