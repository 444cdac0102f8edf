import { describe, expect, it } from 'vitest';
import { adwinDetector } from '../../monitoring/detectors/adwin.ts';
import { chooseDetector, companionTest, DETECTORS } from '../../monitoring/detectors/choose.ts';
import { pageHinkleyDetector, valuesBetweenFalseAlarms } from '../../monitoring/detectors/page-hinkley.ts';
import { seeded } from '../../platform/random.ts';

const normal = (seed: number, n: number, shift = 0) => {
  const random = seeded(seed, 'detectors');
  return Float64Array.from({ length: n }, () => random.normal() + shift);
};

describe('detectors', () => {
  const reference = normal(1, 600);
  const coded = (values: Float64Array, codes: number) =>
    values.map((value) => Math.abs(Math.trunc(value * 10)) % codes);

  it.each(Object.values(DETECTORS))(
    '$name stays calm on the same and alarms on another distribution',
    (detector) => {
      const kind = detector.kinds[0];
      const prepare = (values: Float64Array) =>
        detector.name === 'z-proportions'
          ? values.map((value) => (value > 0.3 ? 1 : 0))
          : detector.name.startsWith('chi')
            ? values.map((value) => Math.max(-2, Math.min(2, Math.round(value))))
            : values;
      const same = detector.compare(prepare(reference), prepare(normal(2, 600)), kind);
      const other = detector.compare(prepare(reference), prepare(normal(3, 600, 0.8)), kind);
      expect(other).toMatchObject({
        test: detector.name,
        drifted: true,
        threshold: detector.threshold,
        reference_n: 600,
        current_n: 600,
      });
      expect(Math.abs(other.statistic)).toBeGreaterThan(Math.abs(same.statistic));
      expect(same.pValue === undefined).toBe(detector.decidesBy === 'distance');
      if (detector.decidesBy === 'p-value') expect(same.drifted).toBe(false);
      expect(detector.compare(prepare(reference), prepare(reference), kind)).toMatchObject({
        drifted: false,
      });
    },
  );

  it('are chosen by type and size', () => {
    const name = (n: number, kind: 'numeric' | 'categorical', codes?: number) => {
      const values = codes ? coded(normal(4, n), codes) : normal(4, n);
      return chooseDetector(kind, values, values).name;
    };
    expect(name(1000, 'numeric')).toBe('ks');
    expect(name(1001, 'numeric')).toBe('wasserstein');
    expect(name(1000, 'numeric', 5)).toBe('chi-square');
    expect(name(1000, 'numeric', 6)).toBe('ks');
    expect(name(1000, 'numeric', 2)).toBe('z-proportions');
    expect(name(1001, 'numeric', 2)).toBe('jensen-shannon');
    expect(name(1000, 'categorical', 7)).toBe('chi-square');
    expect(name(1001, 'categorical', 7)).toBe('jensen-shannon');
    expect(companionTest('categorical', [1, 2], [1, 2]).name).toBe('chi-square');
    expect(companionTest('numeric', reference, reference).name).toBe('ks');
  });

  it('differ on a value that is new: drift by itself to the fit only', () => {
    const before = Array.from({ length: 900 }, (_, i) => i % 3);
    const now = [...before.slice(0, 300), 3];
    expect(DETECTORS['chi-square-fit'].compare(before, now, 'categorical')).toMatchObject({
      statistic: Number.POSITIVE_INFINITY,
      drifted: true,
    });
    expect(DETECTORS['chi-square'].compare(before, now, 'categorical').drifted).toBe(false);
  });

  it('refuse a share of three values', () => {
    expect(() => DETECTORS['z-proportions'].compare([1, 2, 3], [1], 'categorical')).toThrow(/has 3/);
  });
});

describe('stream detectors', () => {
  it('see one change once, soon after it', () => {
    const values = [...normal(5, 500).map((x) => 70 + 4 * x), ...normal(6, 500, 1).map((x) => 70 + 4 * x)];
    const alarms = (detector: { update(value: number): boolean }) =>
      values.flatMap((value, i) => (detector.update(value) ? [i] : []));
    expect(alarms(pageHinkleyDetector({ mean: 70, deviation: 4 }))).toEqual([524]);
    expect(alarms(adwinDetector())).toEqual([543]);
  });

  it('alarm falsely about as rarely as said', () => {
    const values = normal(7, 400_000);
    let alarms = 0;
    // A lower threshold, so that there is something to count.
    const detector = pageHinkleyDetector({ mean: 0, deviation: 1 }, { threshold: 10 });
    for (const value of values) if (detector.update(value)) alarms++;
    const expected = values.length / valuesBetweenFalseAlarms(0.25, 10);
    expect(alarms).toBeGreaterThan(expected / 2);
    expect(alarms).toBeLessThan(expected * 2);
    expect(valuesBetweenFalseAlarms()).toBeGreaterThan(100_000);
  });
});
