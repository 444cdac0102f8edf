import { describe, expect, it } from 'vitest';
import type { StreamDetector } from '../../monitoring/stream-detectors/stream-detector.ts';
import { seeded } from '../../platform/random.ts';

const MOMENTS = { mean: 70, deviation: 4 };

/** Values with the reference's moments, whose mean rises or falls by `shift` deviations at position 500. */
function stream(seed: number, length: number, shift = 0): number[] {
  const random = seeded(seed, 'stream detector');
  const { mean, deviation } = MOMENTS;
  return Array.from({ length }, (_, i) => mean + deviation * (random.normal() + (i >= 500 ? shift : 0)));
}

/** What every stream detector must do. */
export function streamDetectorConformance(detector: StreamDetector): void {
  const alarms = (values: readonly number[]) => {
    const run = detector.start(MOMENTS);
    return values.flatMap((value, i) => (run.update(value) ? [i] : []));
  };

  describe(`stream detector: ${detector.name}`, () => {
    it.each([1, -1])('detects a shift of %d deviations once, within 60 values', (shift) => {
      const [first, ...others] = alarms(stream(5, 1_000, shift));
      expect(first).toBeGreaterThanOrEqual(500);
      expect(first).toBeLessThan(560);
      expect(others).toEqual([]);
    });

    it('raises at most one false alarm in 20,000 values', () => {
      expect(alarms(stream(7, 20_000)).length).toBeLessThanOrEqual(1);
    });

    it('gives the same alarms for the same stream', () => {
      expect(alarms(stream(5, 1_000, 1))).toEqual(alarms(stream(5, 1_000, 1)));
    });

    it('keeps concurrent runs separate', () => {
      const values = stream(5, 1_000, 1);
      const [a, b] = [detector.start(MOMENTS), detector.start(MOMENTS)];
      const found: number[][] = [[], []];
      values.forEach((value, i) => {
        if (a.update(value)) found[0].push(i);
        if (b.update(MOMENTS.mean)) found[1].push(i);
      });
      expect(found).toEqual([alarms(values), []]);
    });

    it('accepts a constant stream', () => {
      const run = detector.start({ mean: 70, deviation: 0 });
      expect(Array.from({ length: 500 }, () => run.update(70))).not.toContain(true);
    });
  });
}
