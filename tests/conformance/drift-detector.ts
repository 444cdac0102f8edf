import { describe, expect, it } from 'vitest';
import type { Detector } from '../../monitoring/drift/detectors/detector.ts';
import { seeded } from '../../platform/random.ts';

const ROWS = 600;

/** Normal values rounded to five distinct values, or to two where the detector takes no more. */
function sample(detector: Detector, seed: number, shift = 0, rows = ROWS): Float64Array {
  const random = seeded(seed, 'drift detector');
  const normal = Float64Array.from({ length: rows }, () => random.normal() + shift);
  return (detector.maxDistinct ?? 5) < 5
    ? normal.map((value) => (value > 0.3 ? 1 : 0))
    : normal.map((value) => Math.max(-2, Math.min(2, Math.round(value))) + 2);
}

/** What every drift detector must do, on each kind of column that it declares. */
export function driftDetectorConformance(detector: Detector): void {
  describe.each(detector.kinds)(`drift detector: ${detector.name} (%s columns)`, (kind) => {
    const compare = (reference: ArrayLike<number>, current: ArrayLike<number>, threshold?: number) =>
      detector.compare(reference, current, kind, threshold);

    it('reports drift of a shifted distribution with its name, threshold and sample sizes', () => {
      expect(compare(sample(detector, 1), sample(detector, 3, 0.8, 300))).toMatchObject({
        test: detector.name,
        drifted: true,
        threshold: detector.threshold,
        reference_n: ROWS,
        current_n: 300,
      });
    });

    it('raises false alarms no more often than its level allows', () => {
      const pairs = Array.from({ length: 60 }, (_, i) => [
        // Large, since some detectors treat the reference as the true distribution.
        sample(detector, 100 + i, 0, 20 * ROWS),
        sample(detector, 900 + i),
      ]);
      const alarms = pairs.filter(([reference, current]) => compare(reference, current).drifted);
      // At a level of 5 %, more than 8 of 60 alarms happen by chance once in 300 times.
      expect(alarms.length).toBeLessThanOrEqual(8);
    });

    it('finds no drift between a sample and itself', () => {
      expect(compare(sample(detector, 1), sample(detector, 1)).drifted).toBe(false);
    });

    it('grows with the shift', () => {
      const statistic = (shift: number) =>
        Math.abs(compare(sample(detector, 1), sample(detector, 3, shift)).statistic);
      expect(statistic(0.5)).toBeGreaterThan(statistic(0));
      expect(statistic(1)).toBeGreaterThan(statistic(0.5));
    });

    it('gives a p-value exactly where it decides by one', () => {
      const { pValue } = compare(sample(detector, 1), sample(detector, 3, 0.2));
      if (detector.decidesBy === 'distance') expect(pValue).toBeUndefined();
      else {
        expect(pValue).toBeGreaterThanOrEqual(0);
        expect(pValue).toBeLessThanOrEqual(1);
      }
    });

    it('decides by the threshold it is given', () => {
      const [reference, current] = [sample(detector, 1), sample(detector, 3, 0.3)];
      const { pValue, statistic } = compare(reference, current);
      const figure = pValue ?? statistic;
      const drifted = (threshold: number) => compare(reference, current, threshold).drifted;
      const isTest = detector.decidesBy === 'p-value';
      expect(drifted(figure * 2)).toBe(isTest);
      expect(drifted(figure / 2)).toBe(!isTest);
    });

    it('depends neither on the order of the values nor on the type of array, and leaves both samples as they are', () => {
      const [reference, current] = [sample(detector, 1), sample(detector, 3, 0.3)];
      const before = [[...reference], [...current]];
      const found = compare(reference, current);
      expect(compare([...reference].reverse(), Float32Array.from(current).reverse())).toEqual({
        ...found,
        statistic: expect.closeTo(found.statistic, 9),
        ...(found.pValue !== undefined && { pValue: expect.closeTo(found.pValue, 9) }),
      });
      expect([[...reference], [...current]]).toEqual(before);
    });

    it('refuses an empty side', () => {
      expect(() => compare([], [1])).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
      expect(() => compare([1], [])).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    });

    if (detector.maxDistinct !== undefined) {
      const tooMany = Array.from({ length: detector.maxDistinct + 1 }, (_, i) => i);
      it(`refuses more than ${detector.maxDistinct} distinct values`, () => {
        expect(() => compare(tooMany, [1])).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
      });
    }
  });
}
