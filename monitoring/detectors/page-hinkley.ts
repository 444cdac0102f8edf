import { PageHinkley } from '../../statistics/page-hinkley.ts';
import type { StreamDetector } from './detector.ts';

/**
 * Page-Hinkley on values in standard deviations of the reference. The defaults let a quarter of a deviation pass, see a
 * shift of one deviation after some 27 values, and alarm about once in 100,000 without one.
 * @param reference mean and standard deviation of the same values in training; a deviation of 0 counts as 0.001.
 */
export function pageHinkleyDetector(
  reference: { mean: number; deviation: number },
  options: { delta?: number; threshold?: number } = {},
): StreamDetector {
  const test = new PageHinkley({ delta: 0.25, threshold: 20, alpha: 1, ...options });
  const scale = Math.max(reference.deviation, 0.001);
  return { name: 'page-hinkley', update: (value) => test.update((value - reference.mean) / scale) };
}

/**
 * Values between two false alarms on independent normal values, both directions watched: Siegmund's approximation of the
 * run length of CUSUM charts (Siegmund 1985, Sequential Analysis, eq. 2.57), which Page-Hinkley nears once its mean has settled.
 */
export function valuesBetweenFalseAlarms(delta = 0.25, threshold = 20): number {
  const height = 2 * delta * (threshold + 1.166);
  return (Math.exp(height) - height - 1) / (2 * delta ** 2) / 2;
}
