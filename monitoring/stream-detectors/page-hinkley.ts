import { PageHinkley } from '../../statistics/page-hinkley.ts';
import type { StreamDetector } from './stream-detector.ts';

/** Change of the mean that is tolerated, in standard deviations of the reference. */
const DELTA = 0.25;
/** Cumulated deviation that raises the alarm. */
const THRESHOLD = 20;
/** Floor of the standard deviation, for a reference whose values are all equal. */
const MIN_DEVIATION = 0.001;

/**
 * Page-Hinkley on values in standard deviations of the reference: tolerates a shift of a quarter of a deviation, detects
 * one of a whole deviation after about 27 values, and raises a false alarm about once in 100,000 values.
 */
export const pageHinkley: StreamDetector<'page-hinkley'> = {
  name: 'page-hinkley',
  start({ mean, deviation }) {
    const test = new PageHinkley({ delta: DELTA, threshold: THRESHOLD, alpha: 1 });
    const scale = Math.max(deviation, MIN_DEVIATION);
    return { update: (value) => test.update((value - mean) / scale) };
  },
};

/**
 * Expected number of values between two false alarms on independent normal values, with both directions watched:
 * Siegmund's approximation of the run length of CUSUM charts (Siegmund 1985, Sequential Analysis, eq. 2.57), which
 * Page-Hinkley approaches once its mean has settled.
 * @example
 * valuesBetweenFalseAlarms() > 100_000; // => true
 */
export function valuesBetweenFalseAlarms(delta = DELTA, threshold = THRESHOLD): number {
  const height = 2 * delta * (threshold + 1.166);
  return (Math.exp(height) - height - 1) / (2 * delta ** 2) / 2;
}
