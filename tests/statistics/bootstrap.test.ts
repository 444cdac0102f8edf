import { describe, expect, it } from 'vitest';
import { seeded } from '../../platform/random.ts';
import { bootstrapInterval, metricInterval, pairedBootstrap } from '../../statistics/bootstrap.ts';
import { METRICS } from '../../statistics/metrics.ts';
import { linearQuantile } from '../../statistics/quantile.ts';

/** Groups of `size` rows whose values share a group effect. */
function clustered(seed: number, groups: number, size: number) {
  const random = seeded(seed, 'test');
  const names: string[] = [];
  const values: number[] = [];
  for (let g = 0; g < groups; g++) {
    const effect = random.normal();
    for (let i = 0; i < size; i++) {
      names.push(`g${g}`);
      values.push(effect + 0.1 * random.normal());
    }
  }
  return { names, values };
}

const mean = (values: number[]) => (weights: ArrayLike<number>) => {
  let sum = 0;
  let n = 0;
  values.forEach((value, i) => {
    sum += weights[i] * value;
    n += weights[i];
  });
  return sum / n;
};

describe('bootstrap', () => {
  it('covers the true value at its nominal level with ten groups', () => {
    let held = 0;
    for (let trial = 0; trial < 400; trial++) {
      const { names, values } = clustered(trial, 10, 5);
      const { low, high } = bootstrapInterval({
        groups: names,
        statistic: mean(values),
        samples: 400,
        seed: 1,
      });
      if (low <= 0 && 0 <= high) held++;
    }
    // Plain percentiles cover about 0.90 here, and rows drawn one by one about 0.60.
    expect(held / 400).toBeGreaterThan(0.92);
    expect(held / 400).toBeLessThan(0.98);
  });

  it('is reproducible by its seed', () => {
    const { names, values } = clustered(5, 12, 3);
    const options = { groups: names, statistic: mean(values), samples: 300 };
    const first = bootstrapInterval({ ...options, seed: 7 });
    expect(bootstrapInterval({ ...options, seed: 7 })).toEqual(first);
    expect(bootstrapInterval({ ...options, seed: 8 })).not.toEqual(first);
    expect(first.low).toBeLessThan(first.value);
    expect(first.high).toBeGreaterThan(first.value);
  });

  it('is unbounded for a single group, and leaves undefined resamples out', () => {
    expect(bootstrapInterval({ groups: ['a', 'a'], statistic: mean([1, 3]), seed: 1 })).toEqual({
      value: 2,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
    const auc = metricInterval({
      metric: METRICS.rocAuc,
      actual: [0, 1, 0, 1],
      predicted: [0.1, 0.9, 0.4, 0.6],
      groups: ['a', 'b', 'c', 'd'],
      seed: 3,
    });
    expect(auc).toEqual({ value: 1, low: 1, high: 1 });
  });

  it('compares two models on the same groups', () => {
    const { names, values } = clustered(9, 30, 4);
    // Hard groups are hard for both: without pairing, the common spread of 1 would hide a difference of 0.05.
    const lossB = values.map((value) => 2 + value);
    const lossA = lossB.map((loss, i) => loss - 0.05 + (i % 2 ? 0.01 : -0.01));
    const found = pairedBootstrap({ lossA, lossB, groups: names, seed: 1 });
    expect(found.difference).toBeCloseTo(-0.05, 9);
    expect(found.high).toBeLessThan(0);
    expect(found.probabilityBetter).toBe(1);
    const swapped = pairedBootstrap({ lossA: lossB, lossB: lossA, groups: names, seed: 1 });
    expect(swapped.low).toBeCloseTo(-found.high, 12);
    expect(swapped.probabilityBetter).toBe(0);
  });

  it('gives equal losses a probability of one half', () => {
    expect(pairedBootstrap({ lossA: [1, 2, 3], lossB: [1, 2, 3], groups: ['a', 'b', 'c'], seed: 1 })).toEqual(
      {
        difference: 0,
        low: 0,
        high: 0,
        probabilityBetter: 0.5,
      },
    );
  });

  it('weights groups by their number of rows', () => {
    const found = pairedBootstrap({
      lossA: [1, 1, 1, 4],
      lossB: [0, 0, 0, 0],
      groups: ['a', 'a', 'a', 'b'],
      seed: 1,
      samples: 2000,
    });
    expect(found.difference).toBe(1.75);
    expect(found.low).toBe(1);
    expect(found.high).toBe(4);
  });

  it('rejects losses that do not pair up and a level outside of 0–1', () => {
    expect(() => pairedBootstrap({ lossA: [1], lossB: [1, 2], groups: ['a'], seed: 1 })).toThrow(/pair up/);
    expect(() => pairedBootstrap({ lossA: [], lossB: [], groups: [], seed: 1 })).toThrow(/at least 1/);
    expect(() => bootstrapInterval({ groups: ['a'], statistic: () => 0, seed: 1, level: 2 })).toThrow(
      /between 0 and 1/,
    );
  });

  it('computes quantiles as numpy does', () => {
    expect(linearQuantile([1, 2, 4, 8], 0.5)).toBe(3);
    expect(linearQuantile([1, 2, 4, 8], 0.9)).toBeCloseTo(6.8, 12);
    expect(linearQuantile([5], 0.3)).toBe(5);
  });
});
