import { describe, expect, it } from 'vitest';
import { type Matrix, takeRows } from '../../datasets/matrix.ts';
import type { Task, TreesMember } from '../../models/definition.ts';
import { memberRawAll, sigmoid } from '../../models/predict.ts';
import { type FitContext, noLog } from '../../training/estimator.ts';
import { forest } from '../../training/estimators/forest/forest.ts';
import { drawBootstrap } from '../../training/estimators/forest/tree-grower.ts';
import { smallMatrix } from './fixtures.ts';

const context = (task: Task, extra: Partial<FitContext> = {}): FitContext => ({
  ...{ task, seed: 3, log: noLog, threads: 1 },
  ...extra,
});

async function fitForest(
  train: Matrix,
  params: object,
  task: Task = 'regression',
  extra: Partial<FitContext> = {},
) {
  const fit = await forest.fit(train, takeRows(train, []), { ...params }, context(task, extra));
  const member = fit.members[0] as TreesMember & { slope: number; offset: number };
  return { fit, member, notes: fit.notes };
}

describe('a forest', () => {
  it('grows the same trees in the calling thread, in one thread and in three', async () => {
    // 6,000 rows × 5 columns × 101 trees are fitted in threads, fewer trees in the calling thread.
    const many = smallMatrix(6000, { task: 'regression', missing: 0.05 });
    const one = await fitForest(many, { trees: 101, depth: 6 });
    const three = await fitForest(many, { trees: 101, depth: 6 }, 'regression', { threads: 3 });
    expect(three.member).toEqual(one.member);
    expect(three.notes).toEqual(one.notes);
    const inPlace = await fitForest(many, { trees: 20, depth: 6 });
    expect(inPlace.member.trees).toEqual(one.member.trees.slice(0, 20));
  });

  it('draws each bootstrap sample with replacement, as large as the table', () => {
    const counts = new Int32Array(10_000);
    drawBootstrap(1, 5, counts);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(10_000);
    // (1 − 1/n)^n of the rows are left out.
    expect(counts.filter((count) => count === 0).length / 10_000).toBeCloseTo(Math.exp(-1), 1);
    const other = new Int32Array(10_000);
    drawBootstrap(1, 6, other);
    expect(other).not.toEqual(counts);
  });

  it('stores means in leaves and the drawn weight in covers', async () => {
    const train = smallMatrix(300, { task: 'regression' });
    const { member } = await fitForest(train, { trees: 10 });
    const [low, high] = [Math.min(...train.target), Math.max(...train.target)];
    for (const tree of member.trees) {
      expect(tree.cover[0]).toBeCloseTo(300, 3);
      tree.feature.forEach((column, node) => {
        if (column >= 0) return;
        expect(tree.value[node]).toBeGreaterThanOrEqual(Math.fround(low) - 1e-5);
        expect(tree.value[node]).toBeLessThanOrEqual(Math.fround(high) + 1e-5);
        expect(tree.cover[node]).toBeGreaterThanOrEqual(1 - 1e-6);
      });
    }
  });

  it('estimates its error from out-of-bag rows', async () => {
    const { member, notes } = await fitForest(smallMatrix(1500, { task: 'regression', seed: 1 }), {
      trees: 80,
    });
    const unseen = smallMatrix(1500, { task: 'regression', seed: 2 });
    const raw = memberRawAll(member, unseen.values, 5);
    const error = Math.sqrt(
      raw.reduce((sum, value, row) => sum + (value - unseen.target[row]) ** 2, 0) / 1500,
    );
    expect(Number(notes.outOfBagError) / error).toBeGreaterThan(0.9);
    expect(Number(notes.outOfBagError) / error).toBeLessThan(1.1);
  });

  it('turns shares into log-odds that are calibrated on unseen rows', async () => {
    const { member } = await fitForest(
      smallMatrix(1500, { task: 'binary', seed: 1 }),
      { trees: 80 },
      'binary',
    );
    const unseen = smallMatrix(3000, { task: 'binary', seed: 2 });
    const probability = memberRawAll(member, unseen.values, 5).map(sigmoid);
    expect(member.slope).toBeGreaterThan(1);
    for (const [low, high] of [
      [0, 0.3],
      [0.3, 0.7],
      [0.7, 1],
    ]) {
      const rows = [...probability.keys()].filter(
        (row) => probability[row] >= low && probability[row] < high,
      );
      const mean = (of: Float64Array) => rows.reduce((sum, row) => sum + of[row], 0) / rows.length;
      expect(rows.length).toBeGreaterThan(100);
      expect(Math.abs(mean(probability) - mean(unseen.target))).toBeLessThan(0.06);
    }
  });

  it('predicts the constant, the base rate or the only row if there is nothing else to learn', async () => {
    const constant = smallMatrix(60);
    constant.target.fill(4.2);
    const { member } = await fitForest(constant, { trees: 20 });
    for (const tree of member.trees) expect([...tree.value]).toEqual([Math.fround(4.2)]);
    const noise = smallMatrix(400, { task: 'binary' });
    noise.values.fill(1);
    const flat = await fitForest(noise, { trees: 20 }, 'binary');
    const base = noise.target.reduce((a, b) => a + b, 0) / 400;
    expect(sigmoid(memberRawAll(flat.member, noise.values, 5)[0])).toBeCloseTo(base, 2);
    const single = takeRows(smallMatrix(3), [1]);
    const alone = await fitForest(single, { trees: 5 });
    expect(memberRawAll(alone.member, single.values, 5)[0]).toBeCloseTo(single.target[0], 5);
    expect(alone.notes).toEqual({ trees: 5 });
  });

  it('can be aborted while threads grow trees', async () => {
    const stop = new AbortController();
    const reason = new Error('stop now');
    const log = { ...noLog, progress: () => stop.abort(reason) };
    const train = smallMatrix(3000);
    const fit = forest.fit(
      train,
      train,
      { trees: 5000 },
      context('regression', { log, threads: 2, signal: stop.signal }),
    );
    await expect(fit).rejects.toBe(reason);
  });

  it('rejects parameters out of bounds', async () => {
    const train = smallMatrix(20);
    await expect(forest.fit(train, train, { columnSample: 2 }, context('regression'))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'forest: columnSample is 2; it must be a number from 0.01 to 1.',
    });
  });
});
