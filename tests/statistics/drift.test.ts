import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evidentlyBins, histogram } from '../../statistics/bins.ts';
import { chiSquareFit, chiSquareHomogeneity, chiSquareTail } from '../../statistics/chi-square.ts';
import { jensenShannonDistance } from '../../statistics/jensen-shannon.ts';
import { kolmogorovTail } from '../../statistics/kolmogorov.ts';
import { kolmogorovSmirnov } from '../../statistics/ks.ts';
import { benjaminiHochberg } from '../../statistics/multiple-testing.ts';
import { proportionsZTest } from '../../statistics/proportions.ts';
import { populationStabilityIndex } from '../../statistics/psi.ts';
import { normedWasserstein, populationDeviation, wassersteinDistance } from '../../statistics/wasserstein.ts';
import { expectClose } from './conformance.ts';

const a = [7, 1, 2, 2, 3, 5.5];
const b = [2, 4, 8, 4, 6];

/** Pr(D_n ≥ x) by scipy 1.17.1 for every branch of the algorithm: [n, x, kstwo.sf]. */
const KSTWO: [number, number, number][] = [
  [10, 0.06, 0.9999999999628411],
  [10, 0.08, 0.9999978058034054],
  [10, 0.2, 0.7487190399999999],
  [10, 0.35, 0.1339605462624991],
  [10, 0.6, 0.0005681672000000003],
  [10, 0.95, 1.9531250000000172e-13],
  [50, 0.15, 0.19026366518248072],
  [50, 0.25, 0.0030657620198693003],
  [50, 0.4, 9.86356336441006e-8],
  [140, 0.05, 0.8576480297656114],
  [140, 0.12, 0.03252638258561632],
  [141, 0.004, 1],
  [141, 0.1, 0.11128445516467944],
  [141, 0.14, 0.007130260485304256],
  [500, 0.01, 0.9999999991073389],
  [500, 0.04, 0.3902508696049749],
  [500, 0.08, 0.0031305058199356268],
  [5000, 0.001, 1],
  [5000, 0.01, 0.6954557253913853],
  [5000, 0.03, 0.00024159234422666817],
  [200000, 0.003, 0.0545369786611305],
  [200000, 0.005, 9.049367287273853e-5],
  [200000, 0.1, 0],
  [7242, 0.0140666499165091, 0.11276981480354431],
];

describe('Kolmogorov-Smirnov', () => {
  it.each(KSTWO)('has the tail of scipy at n = %d, x = %d', (n, x, tail) => {
    expect(Math.abs(kolmogorovTail(n, x) - tail)).toBeLessThan(1e-9);
  });

  it('is exact for small samples, also with ties', () => {
    expectClose(kolmogorovSmirnov(a, b).statistic, 0.4666666666666667);
    expectClose(kolmogorovSmirnov(a, b).pValue, 0.474025974025974);
    // Of 8! / (4! 4!) = 70 orders, two keep the samples apart.
    expectClose(kolmogorovSmirnov([1, 2, 3, 4], [5, 6, 7, 8]).pValue, 2 / 70);
    expectClose(kolmogorovSmirnov([1, 2, 3, 9, 11, 12], [1, 5, 6, 7, 8, 10]).pValue, 0.9307359307359307);
    expect(kolmogorovSmirnov([1, 1], [1])).toMatchObject({ statistic: 0, pValue: 1, method: 'exact' });
  });

  it('depends neither on the order of the values nor on that of the samples', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const found = kolmogorovSmirnov(x, y);
        expect(kolmogorovSmirnov([...y].reverse(), x).pValue).toBeCloseTo(found.pValue, 10);
        expect(found.pValue).toBeGreaterThanOrEqual(0);
        expect(found.pValue).toBeLessThanOrEqual(1);
        expect(
          kolmogorovSmirnov(
            x.map((v) => v * 1000 - 5),
            y.map((v) => v * 1000 - 5),
          ).statistic,
        ).toBe(found.statistic);
      }),
    );
  });

  it('rejects an empty sample and a value that is not finite', () => {
    expect(() => kolmogorovSmirnov([], [1])).toThrow(/reference holds 0 values/);
    expect(() => kolmogorovSmirnov([1], [Number.NaN])).toThrow(/current holds NaN/);
  });
});

describe('distances', () => {
  it('equal those of scipy', () => {
    expectClose(wassersteinDistance(a, b), 1.383333333333333);
    expectClose(normedWasserstein(a, b), 0.6496081985617107);
    expectClose(jensenShannonDistance([3, 2, 0, 5], [1, 4, 2, 3]), 0.3536956401831197);
    expectClose(jensenShannonDistance([1, 0], [0, 3]), Math.sqrt(Math.log(2)));
  });

  it('equal the shift between two samples of the same shape', () => {
    const sample = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(sample, fc.integer({ min: -50, max: 50 }), (x, shift) => {
        expect(
          wassersteinDistance(
            x,
            x.map((value) => value + shift),
          ),
        ).toBeCloseTo(Math.abs(shift), 8);
      }),
    );
  });

  it('keep the precision of small spreads far from zero', () => {
    expect(populationDeviation([1e9, 1e9 + 1, 1e9 + 2])).toBeCloseTo(Math.sqrt(2 / 3), 9);
    expect(normedWasserstein([5, 5], [5.1, 5.1])).toBeCloseTo(100, 9);
  });

  it('count empty bins of the PSI as Evidently does', () => {
    expectClose(populationStabilityIndex([50, 50], [25, 75]), 0.25 * Math.log(2) + 0.25 * Math.log(1.5));
    expectClose(populationStabilityIndex([1, 0], [1, 1]), 0.5 * Math.log(2) + 0.4999 * Math.log(5000));
    // The smallest share is 0.00001, so an empty bin counts a millionth of it.
    const zero = 1e-11;
    expectClose(
      populationStabilityIndex([99_999, 1, 0], [1, 1, 1]),
      (0.99999 - 1 / 3) * Math.log(0.99999 * 3) +
        (1e-5 - 1 / 3) * Math.log(3e-5) +
        (zero - 1 / 3) * Math.log(3 * zero),
    );
    expect(() => populationStabilityIndex([0, 0], [1, 1])).toThrow(/are empty/);
    expect(() => populationStabilityIndex([1], [1, 1])).toThrow(/pair up/);
  });
});

describe('bins', () => {
  it('include their lower edge, and the last one its upper edge too', () => {
    expect(histogram([0, 0.5, 1, 1.5, 2, 3], [0, 1, 2])).toEqual([2, 3]);
    // In floating point the edges are 0.30000000000000004, 0.6000000000000001 and 0.7000000000000001.
    const edges = Array.from({ length: 11 }, (_, i) => i * 0.1);
    expect(histogram([0.3, 0.6, 0.7], edges)).toEqual([0, 0, 1, 0, 0, 1, 1, 0, 0, 0]);
  });

  it('are one per value up to 20 values, and follow Sturges beyond', () => {
    expect(evidentlyBins([1, 2, 2], [3, 2])).toMatchObject({ reference: [1, 2, 0], current: [0, 1, 1] });
    const many = Array.from({ length: 32 }, (_, i) => i);
    expect(evidentlyBins(many, many).reference.length).toBe(7);
  });
});

describe('tests of counts', () => {
  it('equal those of scipy', () => {
    expectClose(chiSquareFit([3, 2, 1, 5], [1, 4, 3, 3]).statistic, 8.133333333333333);
    expectClose(chiSquareFit([3, 2, 1, 5], [1, 4, 3, 3]).pValue, 0.043334999554468706);
    expectClose(chiSquareHomogeneity([3, 2, 1, 5], [1, 4, 3, 3]).pValue, 0.3666353840752729);
    expect(chiSquareTail(900, 30) / 6.105822512851014e-170).toBeCloseTo(1, 9);
    const z = proportionsZTest({ hits: 20, n: 40 }, { hits: 18, n: 60 });
    expectClose(z.statistic, 2.0185893307574667);
    expectClose(z.pValue, 0.043529920869611556);
  });

  it('handle new categories and constant samples', () => {
    expect(chiSquareFit([5, 5, 0], [5, 5, 1])).toEqual({
      statistic: Number.POSITIVE_INFINITY,
      degreesOfFreedom: 2,
      pValue: 0,
    });
    expect(chiSquareHomogeneity([5, 0, 0], [0, 0, 5])).toMatchObject({ degreesOfFreedom: 1, cramersV: 1 });
    expect(chiSquareFit([5], [9])).toMatchObject({ statistic: 0, pValue: 1 });
    expect(proportionsZTest({ hits: 0, n: 4 }, { hits: 0, n: 9 })).toEqual({ statistic: 0, pValue: 1 });
    expect(() => proportionsZTest({ hits: 5, n: 4 }, { hits: 0, n: 9 })).toThrow(/5 of 4/);
  });
});

describe('corrections for multiple tests', () => {
  it('equal those of statsmodels', () => {
    const p = [0.01, 0.04, 0.03, 0.5, 0.005];
    [0.025, 0.05, 0.05, 0.5, 0.025].forEach((value, i) => {
      expectClose(benjaminiHochberg(p)[i], value);
    });
    expect(benjaminiHochberg([])).toEqual([]);
  });
});
