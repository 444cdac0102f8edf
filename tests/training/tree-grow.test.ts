import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafOf } from '../../models/predict.ts';
import { seeded } from '../../platform/random.ts';
import { fillBins } from '../../training/trees/fill-bins.ts';
import { growTree } from '../../training/trees/grow.ts';
import { instantiateKernel } from '../../training/trees/kernel.ts';
import { singleThreadExecutor } from '../../training/trees/level-executor.ts';
import { openWorkspace } from '../../training/trees/memory.ts';

/** Grows a tree on seeded rows, with or without stored histograms, and records the leaf value of each row. */
function grow(seed: number, rows: number, columns: number, depth: number, stored: boolean) {
  const random = seeded(seed);
  const values = Float32Array.from({ length: rows * columns }, () =>
    random.uniform() < 0.1 ? Number.NaN : Math.round(random.normal() * 20),
  );
  const workspace = openWorkspace({
    ...{ rows, validationRows: 0, columns, depth, stored },
    ...{ candidates: columns, areas: 1, threads: 1 },
  });
  const kernel = instantiateKernel(workspace.memory);
  for (let column = 0; column < columns; column++) fillBins(workspace, kernel, 0, column, 255, values);
  const [area] = workspace.areas;
  for (let row = 0; row < rows; row++) {
    area.gradients[row * 2] = random.integer(2001) - 1000;
    area.gradients[row * 2 + 1] = 40 + random.integer(20);
    area.rows[0][row] = row;
  }
  area.lists.set(Array.from({ length: columns }, (_, column) => column));
  const reached = new Float32Array(rows).fill(Number.NaN);
  const tree = growTree(
    workspace,
    area,
    rows,
    {
      ...{ depth, lambda: 1, minChildWeight: 1, minGain: 1, gradientUnit: 1, hessianUnit: 1, columns },
      ...(stored
        ? {}
        : {
            draw: (lists: Int32Array, at: number) =>
              lists.set(
                Array.from({ length: columns }, (_, column) => column),
                at,
              ),
          }),
      leaf: (gradient, hessian) => -gradient / (hessian + 1),
      onLeaf: (order, start, end, value) => {
        for (const row of order.subarray(start, end)) {
          reached[row] = Number.isNaN(reached[row]) ? value : Number.POSITIVE_INFINITY;
        }
      },
    },
    singleThreadExecutor(workspace, 0),
  );
  return { tree, reached, values };
}

const shape = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  rows: fc.integer({ min: 1, max: 400 }),
  columns: fc.integer({ min: 1, max: 9 }),
  depth: fc.integer({ min: 1, max: 9 }),
});

describe('growing a tree', () => {
  it('sends every row to the leaf that the evaluator finds', () => {
    fc.assert(
      fc.property(shape, ({ seed, rows, columns, depth }) => {
        const { tree, reached, values } = grow(seed, rows, columns, depth, true);
        expect(reached).toEqual(
          reached.map((_, row) => tree.value[leafOf(tree, values, row * columns, 'lt')]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same tree whether histograms are subtracted or built anew', () => {
    fc.assert(
      fc.property(shape, ({ seed, rows, columns, depth }) => {
        const one = grow(seed, rows, columns, depth, true);
        const other = grow(seed, rows, columns, depth, false);
        expect([...other.reached]).toEqual([...one.reached]);
        expect(other.tree.feature.length).toBe(one.tree.feature.length);
      }),
      { numRuns: 60 },
    );
  });

  it('gives covers of children that add up to their parent', () => {
    const { tree } = grow(1, 400, 5, 6, true);
    expect(tree.feature.length).toBeGreaterThan(30);
    tree.feature.forEach((column, node) => {
      if (column >= 0)
        expect(tree.cover[tree.left[node]] + tree.cover[tree.right[node]]).toBe(tree.cover[node]);
    });
  });
});
