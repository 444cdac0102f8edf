import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binEdges, MAX_BINS } from '../../training/trees/bins.ts';
import { fillBins } from '../../training/trees/fill-bins.ts';
import { instantiateKernel } from '../../training/trees/kernel.ts';
import { openWorkspace } from '../../training/trees/memory.ts';

const edgesOf = (values: number[], maxBins = MAX_BINS) =>
  binEdges(Float32Array.from(values.filter((x) => !Number.isNaN(x))).sort(), maxBins);

/** Edges of training values, and the bins of those and of other values. */
function fill(train: number[] | Float32Array, others: number[] = [], maxBins = MAX_BINS) {
  const workspace = openWorkspace({
    ...{ rows: train.length, validationRows: others.length, columns: 1, depth: 1 },
    ...{ stored: true, candidates: 1, areas: 1, threads: 1 },
  });
  const kernel = instantiateKernel(workspace.memory);
  fillBins(workspace, kernel, 0, 0, maxBins, Float32Array.from(train), Float32Array.from(others));
  return {
    edges: workspace.edges.slice(0, workspace.edgeCounts[0]),
    bins: [...workspace.train.bins],
    others: [...workspace.validation.bins],
  };
}

describe('the bins of a column', () => {
  it('separate few values, with edges half-way and missing values last', () => {
    const edges = edgesOf([3, 1, 2, 2, Number.NaN]);
    expect([...edges.subarray(0, 2)]).toEqual([1.5, 2.5]);
    expect(edges).toHaveLength(3);
    const { others } = fill([3, 1, 2, 2, Number.NaN], [1, 2, 3, 1.5, -100, 1e30, Number.NaN]);
    expect(others).toEqual([0, 1, 2, 1, 0, 2, 3]);
  });

  it('separate neighbouring float32 numbers', () => {
    const next = new Float32Array(new Uint32Array([0x3f800001]).buffer)[0];
    expect(fill([1, next]).bins).toEqual([0, 1]);
  });

  it('give a frequent value its own bin and divide the others evenly', () => {
    const values = [...new Array(500).fill(0), ...Array.from({ length: 500 }, (_, i) => i + 1)];
    const { bins } = fill(values, [], 11);
    const counts = new Map<number, number>();
    for (const bin of bins) counts.set(bin, (counts.get(bin) ?? 0) + 1);
    expect(counts.get(0)).toBe(500);
    expect([...counts.values()].slice(1)).toEqual(new Array(10).fill(50));
  });

  it('have no edges if no value is known', () => {
    const { edges, bins, others } = fill([Number.NaN, Number.NaN], [4]);
    expect(edges).toHaveLength(0);
    expect([...bins, ...others]).toEqual([0, 0, 0]);
  });

  it('put each value on the same side as the threshold does', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true, max: 2 ** 90, min: -(2 ** 90) });
    fc.assert(
      fc.property(
        fc.array(float, { minLength: 1, maxLength: 600 }),
        fc.integer({ min: 2, max: 255 }),
        (x, most) => {
          const { edges, bins } = fill(x, [], most);
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

  it('have nearly the same quantiles on a sample of many rows', () => {
    const rows = 300_000;
    const values = Float32Array.from(
      { length: rows },
      (_, i) => Math.fround(Math.sin(i * 12.9898) * 43758.5453) % 1,
    );
    const { edges, bins } = fill(values, [], 20);
    const counts = new Array(edges.length).fill(0);
    for (const bin of bins) counts[bin]++;
    for (const count of counts) expect(Math.abs(count / rows - 1 / edges.length)).toBeLessThan(0.01);
  });
});
