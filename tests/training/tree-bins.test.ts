import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binColumn, binEdges, fitColumn, MAX_BINS } from '../../training/trees/bins.ts';

const edgesOf = (values: number[], maxBins = MAX_BINS) =>
  binEdges(Float32Array.from(values.filter((x) => !Number.isNaN(x))).sort(), maxBins);

const binsOf = (values: number[], edges: Float32Array) => {
  const out = new Uint8Array(values.length);
  binColumn(Float32Array.from(values), 1, 0, edges, out);
  return [...out];
};

describe('bins of a column', () => {
  it('keeps few values apart, with edges half-way and missing values last', () => {
    const edges = edgesOf([3, 1, 2, 2, Number.NaN]);
    expect([...edges.subarray(0, 2)]).toEqual([1.5, 2.5]);
    expect(edges).toHaveLength(3);
    expect(binsOf([1, 2, 3, 1.5, -100, 1e30, Number.NaN], edges)).toEqual([0, 1, 2, 1, 0, 2, 3]);
  });

  it('tells neighbouring float32 numbers apart', () => {
    const next = new Float32Array(new Uint32Array([0x3f800001]).buffer)[0];
    expect(binsOf([1, next], edgesOf([1, next]))).toEqual([0, 1]);
  });

  it('gives a frequent value a bin of its own and shares the others out evenly', () => {
    const values = [...new Array(500).fill(0), ...Array.from({ length: 500 }, (_, i) => i + 1)];
    const bins = binsOf(values, edgesOf(values, 11));
    const counts = new Map<number, number>();
    for (const bin of bins) counts.set(bin, (counts.get(bin) ?? 0) + 1);
    expect(counts.get(0)).toBe(500);
    expect([...counts.values()].slice(1)).toEqual(new Array(10).fill(50));
  });

  it('has no edges where nothing is known', () => {
    const edges = edgesOf([Number.NaN, Number.NaN]);
    expect(edges).toHaveLength(0);
    expect(binsOf([Number.NaN, 4], edges)).toEqual([0, 0]);
  });

  it('sends each value to the same side as its threshold does', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true, max: 2 ** 90, min: -(2 ** 90) });
    fc.assert(
      fc.property(
        fc.array(float, { minLength: 1, maxLength: 600 }),
        fc.integer({ min: 2, max: 255 }),
        (x, most) => {
          const edges = edgesOf(x, most);
          const bins = binsOf(x, edges);
          expect(edges.length).toBeLessThanOrEqual(most);
          x.forEach((value, i) => {
            edges.forEach((edge, bin) => {
              expect(value < edge).toBe(bins[i] <= bin);
            });
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds nearly the same quantiles on a part of many rows', () => {
    const rows = 300_000;
    const values = Float32Array.from(
      { length: rows },
      (_, i) => Math.fround(Math.sin(i * 12.9898) * 43758.5453) % 1,
    );
    const out = new Uint8Array(rows);
    const edges = fitColumn(values, 1, 0, 20, out);
    const counts = new Array(edges.length).fill(0);
    for (const bin of out) counts[bin]++;
    for (const count of counts) expect(Math.abs(count / rows - 1 / edges.length)).toBeLessThan(0.01);
  });
});
