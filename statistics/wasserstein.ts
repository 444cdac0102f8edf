import { requireCount, requireFinite } from './checks.ts';

/** Lower limit of the reference's standard deviation, as in Evidently. */
const LEAST_SPREAD = 0.001;

/**
 * First Wasserstein (earth mover's) distance, ∫ |F − G| dx, in the unit of the values.
 * @throws INVALID_INPUT if a sample is empty or holds a value that is not finite
 * @example
 * wassersteinDistance([0, 1, 3], [5, 6, 8]); // => 5
 */
export function wassersteinDistance(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  for (const [name, values] of [
    ['reference', reference],
    ['current', current],
  ] as const) {
    requireCount(name, values, 1);
    requireFinite(name, values);
  }
  const a = new Float64Array(reference).sort();
  const b = new Float64Array(current).sort();
  let distance = 0;
  let last = Math.min(a[0], b[0]);
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const next = Math.min(
      i < a.length ? a[i] : Number.POSITIVE_INFINITY,
      j < b.length ? b[j] : Number.POSITIVE_INFINITY,
    );
    distance += Math.abs(i / a.length - j / b.length) * (next - last);
    last = next;
    while (i < a.length && a[i] === next) i++;
    while (j < b.length && b[j] === next) j++;
  }
  return distance;
}

/**
 * Standard deviation with n in the denominator.
 * @example
 * populationDeviation([2, 4, 4, 4, 5, 5, 7, 9]); // => 2
 */
export function populationDeviation(values: ArrayLike<number>): number {
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const delta = values[i] - mean;
    mean += delta / (i + 1);
    squares += delta * (values[i] - mean);
  }
  return Math.sqrt(squares / values.length);
}

/**
 * Wasserstein distance in standard deviations of the reference, as Evidently's `wasserstein`.
 * @throws INVALID_INPUT if a sample is empty or holds a value that is not finite
 * @example
 * normedWasserstein([2, 4, 4, 4, 5, 5, 7, 9], [3, 5, 5, 5, 6, 6, 8, 10]); // => 0.5
 */
export function normedWasserstein(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  return wassersteinDistance(reference, current) / Math.max(populationDeviation(reference), LEAST_SPREAD);
}
