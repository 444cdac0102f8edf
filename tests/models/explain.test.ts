import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tree, TreesMember } from '../../models/definition.ts';
import { explainerOf } from '../../models/explain/explain.ts';
import { treeShap } from '../../models/explain/tree-shap.ts';
import { rowsOf } from '../../models/package/golden.ts';
import { memberRaw } from '../../models/predict.ts';
import { seeded } from '../../platform/random.ts';
import { randomDefinition, randomNetwork, randomRows, randomTree, randomTrees } from './random-definition.ts';

/** Output of a tree where only the columns in `known` are known; at the others both branches count, weighted by cover. */
function outputWith(tree: Tree, row: Float32Array, known: number, compare: 'lt' | 'le', node = 0): number {
  const column = tree.feature[node];
  if (column < 0) return tree.value[node];
  const [left, right] = [tree.left[node], tree.right[node]];
  const follow = (child: number) => outputWith(tree, row, known, compare, child);
  if (known & (1 << column)) {
    const x = row[column];
    const t = tree.threshold[node];
    if (Number.isNaN(x)) return follow(tree.missingLeft[node] ? left : right);
    return follow((compare === 'lt' ? x < t : x <= t) ? left : right);
  }
  const share = tree.cover[left] / (tree.cover[left] + tree.cover[right]);
  return share * follow(left) + (1 - share) * follow(right);
}

/** Shapley values by their definition, over all 2^width subsets. */
function enumerated(tree: Tree, row: Float32Array, width: number, compare: 'lt' | 'le'): number[] {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  const outputs = Array.from({ length: 1 << width }, (_, known) => outputWith(tree, row, known, compare));
  return Array.from({ length: width }, (_, column) => {
    let value = 0;
    for (let known = 0; known < outputs.length; known++) {
      if (known & (1 << column)) continue;
      const size = known.toString(2).replaceAll('0', '').length;
      const weight = (factorial(size) * factorial(width - size - 1)) / factorial(width);
      value += weight * (outputs[known | (1 << column)] - outputs[known]);
    }
    return value;
  });
}

const sumOf = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('treeShap', () => {
  it('equals the enumeration of all subsets of columns', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), (seed, width) => {
        const tree = randomTree(seeded(seed), width, 6);
        const compare = seed % 2 === 0 ? 'lt' : 'le';
        const member: TreesMember = {
          kind: 'trees',
          name: 't',
          trees: [tree],
          compare,
          base: 0,
          aggregate: 'sum',
        };
        const row = randomRows(seed, 1, width);
        const out = new Float64Array(width);
        treeShap(member).explain(row, 1, out);
        enumerated(tree, row, width, compare).forEach((value, column) => {
          expect(out[column]).toBeCloseTo(value, 9);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('adds up to the raw output where some branches saw no training rows', () => {
    const tree = randomTree(seeded(4), 3, 4);
    tree.cover[tree.left[0]] = 0;
    const member = { ...randomTrees(seeded(4), 3, 1, 4), trees: [tree], compare: 'lt' as const };
    for (let seed = 0; seed < 20; seed++) {
      const row = randomRows(seed, 1, 3);
      const out = new Float64Array(3);
      const { base, explain } = treeShap(member);
      explain(row, 1, out);
      const raw = memberRaw({ ...member, slope: 1, offset: 0 }, row, 0);
      expect(base + sumOf(out)).toBeCloseTo(raw, 6);
    }
  });
});

describe('explainerOf', () => {
  it('gives values that add up to the raw output, for every kind of member', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const model = randomDefinition(seed);
        const background = rowsOf(randomRows(seed + 1, 1 + (seed % 20)), 6);
        const { base, values, raw } = explainerOf(model, { background })(randomRows(seed, 1));
        expect(Math.abs(base + sumOf(values) - raw)).toBeLessThan(1e-6 * Math.max(1, Math.abs(raw)));
      }),
      { numRuns: 100 },
    );
  });

  it('gives a network the same values for the same row', () => {
    const model = {
      ...randomDefinition(1),
      members: [randomNetwork(seeded(2), 6)],
      weights: Float32Array.of(1),
    };
    const explain = explainerOf(model, { background: rowsOf(randomRows(3, 16), 6) });
    const row = randomRows(4, 1);
    expect(explain(row)).toEqual(explain(row));
  });

  it('refuses a network without background rows', () => {
    const model = {
      ...randomDefinition(1),
      members: [randomNetwork(seeded(2), 6)],
      weights: Float32Array.of(1),
    };
    expect(() => explainerOf(model, {})).toThrowError(/background/);
  });
});
