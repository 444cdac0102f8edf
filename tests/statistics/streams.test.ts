import { describe, expect, it } from 'vitest';
import { Adwin } from '../../statistics/adwin.ts';
import { PageHinkley } from '../../statistics/page-hinkley.ts';

/** Linear congruential generator, as used to compute the reference indices with the Python and Rust code of river 0.26. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const many = (n: number, value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i));

function streams(): Record<string, number[]> {
  const [a, b, c, d, e] = [1, 2, 3, 4, 5].map(lcg);
  return {
    step: [...many(2000, a), ...many(2000, () => 0.6 + a() * 0.8)],
    rate: [...many(3000, () => (b() < 0.2 ? 1 : 0)), ...many(3000, () => (b() < 0.35 ? 1 : 0))],
    slope: many(6000, (i) => 5 + c() * 2 + (i / 4000) * 3),
    none: many(20_000, d),
    downAndUp: [...many(500, () => 8 + e()), ...many(500, () => 4 + e()), ...many(500, () => 8 + e())],
  };
}

const alarms = (values: number[], update: (value: number) => boolean) =>
  values.flatMap((value, i) => (update(value) ? [i] : []));

describe('Page-Hinkley', () => {
  it("raises its alarms at river's indices", () => {
    const found = Object.fromEntries(
      Object.entries(streams()).map(([name, values]) => {
        const test = new PageHinkley();
        return [name, alarms(values, (value) => test.update(value))];
      }),
    );
    expect(found).toEqual({
      step: [2112],
      rate: [3210],
      slope: [552, 983, 1432, 1944, 2500, 3054, 3507, 3935, 4499, 4995, 5499, 5998],
      none: [],
      downAndUp: [512, 1010],
    });
  });

  it('detects earlier but with more false alarms at a lower threshold', () => {
    const { step, rate, none } = streams();
    const quick = () => {
      const test = new PageHinkley({ threshold: 10, delta: 0.05 });
      return (value: number) => test.update(value);
    };
    expect(alarms(step, quick())).toEqual([2029]);
    expect(alarms(rate, quick())).toEqual([3059, 3882, 4850]);
    expect(alarms(none, quick())).toEqual([8948, 14840]);
  });
});

describe('ADWIN', () => {
  it("raises its alarms at river's indices if it restarts after each, as river does", () => {
    const found = Object.fromEntries(
      Object.entries(streams()).map(([name, values]) => {
        let adwin = new Adwin();
        const update = (value: number) => {
          const alarm = adwin.update(value);
          if (alarm) adwin = new Adwin();
          return alarm;
        };
        return [name, alarms(values, update)];
      }),
    );
    expect(found).toEqual({
      step: [2047],
      rate: [3167],
      slope: [735, 1343, 1727, 2271, 3007, 3487, 3935, 4671, 5151, 5695],
      none: [],
      downAndUp: [511, 1023],
    });
  });

  it('keeps the newer part of the window after a cut', () => {
    const adwin = new Adwin();
    const { step } = streams();
    expect(alarms(step, (value) => adwin.update(value))).toEqual([2047, 2079, 2143]);
    // The last cut leaves values from 2,000 on, whose mean is 1.
    expect(adwin.width).toBeLessThanOrEqual(2000);
    expect(adwin.mean).toBeCloseTo(1, 1);
  });

  it('tracks the mean of its window', () => {
    const adwin = new Adwin();
    for (const value of streams().none) adwin.update(value);
    expect(adwin.width).toBe(20_000);
    expect(adwin.mean).toBeCloseTo(0.5, 2);
  });
});
