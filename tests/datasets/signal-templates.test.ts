import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resampleFrames } from '../../datasets/features/resample.ts';
import { templateFeature } from '../../datasets/features/signal-templates.ts';

const FRAMES = 20;
const feature = templateFeature({ name: 'templates', signals: ['a', 'b'], frames: FRAMES });
const names = feature.columns.map((column) => column.name);

/** A repetition with two constant signals. */
const still = (a: number, b: number, correct = true) => ({
  frames: Array.from({ length: FRAMES }, () => [a, b]),
  correct,
});
const row = (group: string, input: ReturnType<typeof still>) => ({ group, input, target: 0.8 });
const named = (values: number[]) => Object.fromEntries(values.map((value, j) => [names[j], value]));

describe('distances to template repetitions', () => {
  it('are measured to the mean curve, in units of its spread, to each template, and by part', () => {
    const state = feature.fit([row('x', still(0, 5)), row('y', still(2, 5)), row('z', still(9, 9, false))]);
    const found = named(feature.apply(state, still(3, 5)));
    expect(names).toHaveLength(2 * 2 + 5 + 10 * 2);
    // Signal a: templates 0 and 2, so mean 1 and spread 1 (+ floor 0.01); signal b is the same everywhere.
    expect(found).toMatchObject({ a_distance: 2, b_distance: 0, b_deviation: 0 });
    expect(found.a_deviation).toBeCloseTo(2 / 1.01, 12);
    // Root mean square over both signals: 3 and 1 apart in one of them.
    expect(found.template_nearest).toBeCloseTo(1 / Math.SQRT2, 12);
    expect(found.template_mean).toBeCloseTo(2 / Math.SQRT2, 12);
    expect(found.template_median).toBeCloseTo(2 / Math.SQRT2, 12);
    expect(found.template_log_mean).toBeCloseTo(Math.log(2 / Math.SQRT2), 12);
    for (let part = 1; part <= 10; part++)
      expect(found).toMatchObject({ [`a_off_${part}`]: 2, [`b_off_${part}`]: 0 });
  });

  it('show a difference in the part of the movement in which it occurs', () => {
    const state = feature.fit([row('x', still(0, 0))]);
    const late = still(0, 0);
    late.frames.forEach((frame, f) => {
      if (f >= FRAMES - 2) frame[1] = 4;
    });
    const found = named(feature.apply(state, late));
    expect(found).toMatchObject({ b_off_10: 4, b_off_9: 0, a_off_10: 0, a_distance: 0 });
    expect(found.b_distance).toBeCloseTo(4 / Math.sqrt(10), 12);
  });

  it('of a training row exclude its own group', () => {
    const rows = [
      row('x', still(0, 1)),
      row('x', still(0.5, 1)),
      row('y', still(2, 1)),
      row('z', still(3, 2)),
      row('z', still(3, 7, false)),
    ];
    feature.outOfFold(rows, 1).forEach((values, i) => {
      const others = rows.filter((one) => one.group !== rows[i].group);
      expect(values).toEqual(feature.apply(feature.fit(others), rows[i].input));
      expect(values).not.toEqual(feature.apply(feature.fit(rows), rows[i].input));
    });
  });

  it('are unknown without a correct repetition of others, and do not depend on the score', () => {
    const rows = [row('x', still(0, 0)), row('y', still(1, 1, false))];
    const [own, other] = feature.outOfFold(rows, 1);
    expect(own).toHaveLength(names.length);
    expect(own.every(Number.isNaN)).toBe(true);
    expect(other.every(Number.isFinite)).toBe(true);
    const scored = rows.map((one) => ({ ...one, target: 0 }));
    expect(feature.outOfFold(scored, 1)).toEqual([own, other]);
    expect(feature.fit(scored)).toEqual(feature.fit(rows));
  });

  it('are equal after the state was serialised as JSON', () => {
    const state = feature.fit([row('x', still(0.123456, 1)), row('y', still(0.6, 2))]);
    const travelled = JSON.parse(JSON.stringify(state));
    expect(feature.apply(travelled, still(1, 2))).toEqual(feature.apply(state, still(1, 2)));
  });
});

describe('resampleFrames', () => {
  it('keeps both ends, straight lines, and frames that have the length', () => {
    expect(
      resampleFrames(
        [
          [0, 10],
          [3, 40],
        ],
        4,
      ),
    ).toEqual([
      [0, 10],
      [1, 20],
      [2, 30],
      [3, 40],
    ]);
    const same = [[1], [5], [2]];
    expect(resampleFrames(same, 3)).toEqual(same);
    expect(resampleFrames(same, 3)[0]).not.toBe(same[0]);
  });

  it('stays between neighbouring values and keeps both ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 30 }),
        fc.integer({ min: 2, max: 60 }),
        (signal, length) => {
          const out = resampleFrames(
            signal.map((x) => [x]),
            length,
          ).map(([x]) => x);
          expect(out).toHaveLength(length);
          // By ===, for which −0 and 0 are one number.
          expect(out[0] === signal[0]).toBe(true);
          expect(out[length - 1]).toBeCloseTo(signal[signal.length - 1], 9);
          expect(Math.min(...out)).toBeGreaterThanOrEqual(Math.min(...signal) - 1e-9);
          expect(Math.max(...out)).toBeLessThanOrEqual(Math.max(...signal) + 1e-9);
        },
      ),
    );
  });
});
