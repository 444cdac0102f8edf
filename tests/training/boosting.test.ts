import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Matrix, takeRows } from '../../datasets/matrix.ts';
import type { Task, TreesMember } from '../../models/definition.ts';
import { memberRawAll } from '../../models/predict.ts';
import { type FitContext, noLog } from '../../training/estimator.ts';
import { boosting } from '../../training/estimators/boosting/boosting.ts';
import { numeric, smallMatrix } from './fixtures.ts';
import { peerMatrix } from './peers/tree-data.ts';

const context = (task: Task, extra: Partial<FitContext> = {}): FitContext => ({
  ...{ task, seed: 3, log: noLog, threads: 1 },
  ...extra,
});

/** No sampling, shrinkage or regularisation, so that results can be calculated by hand. */
const PLAIN = { trees: 1, rate: 1, rowSample: 1, columnSample: 1, lambda: 0, minChildWeight: 0 };

function table(rows: number[][], target: number[], weight = target.map(() => 1)): Matrix {
  return {
    columns: rows[0].map((_, column) => numeric(`x${column}`)),
    values: Float32Array.from(rows.flat()),
    target: Float64Array.from(target),
    weight: Float64Array.from(weight),
    rows: rows.map((_, row) => ({ id: `r${row}`, group: `g${row}`, slices: {} })),
  };
}

async function fitTrees(
  train: Matrix,
  params: object,
  task: Task = 'regression',
  extra: Partial<FitContext> = {},
) {
  const fit = await boosting.fit(train, takeRows(train, []), { ...params }, context(task, extra));
  const member = fit.members[0] as TreesMember & { slope: number; offset: number };
  return { fit, member, raw: memberRawAll(member, train.values, train.columns.length) };
}

/** Root mean squared error, or log-loss. */
function loss(task: Task, raw: Float64Array, { target, weight }: Matrix): number {
  let sum = 0;
  let total = 0;
  raw.forEach((value, row) => {
    const margin = target[row] === 1 ? value : -value;
    total += weight[row];
    sum +=
      weight[row] *
      (task === 'regression'
        ? (value - target[row]) ** 2
        : Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin))));
  });
  return task === 'regression' ? Math.sqrt(sum / total) : sum / total;
}

const first = (rows: number) => Array.from({ length: rows }, (_, row) => row);

describe('boosting, calculated by hand', () => {
  it('grows a stump', async () => {
    const { member } = await fitTrees(table([[1], [2], [3], [4]], [0, 0, 10, 10]), { ...PLAIN, depth: 1 });
    expect(member.base).toBe(5);
    expect(member.trees).toHaveLength(1);
    const [tree] = member.trees;
    expect([...tree.feature]).toEqual([0, -1, -1]);
    expect(tree.threshold[0]).toBe(2.5);
    expect([tree.left[0], tree.right[0]]).toEqual([1, 2]);
    expect([...tree.value]).toEqual([0, -5, 5]);
    expect([...tree.cover]).toEqual([4, 2, 2]);
  });

  it('shrinks leaves by λ and the rate', async () => {
    const { member } = await fitTrees(table([[1], [2], [3], [4]], [0, 0, 10, 10]), {
      ...{ ...PLAIN, depth: 1, lambda: 1, rate: 0.1 },
    });
    // −G / (H + λ) · rate = 10 / 3 · 0.1
    expect(member.trees[0].value[2]).toBe(Math.fround((10 / 3) * 0.1));
  });

  it('grows two levels, each node with the split of the larger gain', async () => {
    // Base 4: column 0 has the larger gain at the root, and column 1 splits only the left side.
    const rows = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    const { member, raw } = await fitTrees(table(rows, [0, 2, 7, 7]), { ...PLAIN, depth: 2 });
    const [tree] = member.trees;
    expect(tree.feature[0]).toBe(0);
    expect(tree.feature[tree.left[0]]).toBe(1);
    expect(tree.feature[tree.right[0]]).toBe(-1);
    expect(tree.value[tree.right[0]]).toBe(3);
    expect([...raw]).toEqual([0, 2, 7, 7]);
    expect([...tree.cover]).toEqual([4, 2, 2, 1, 1]);
  });

  it('takes a Newton step of the logistic loss', async () => {
    const { member } = await fitTrees(
      table([[1], [2], [3], [4]], [0, 0, 0, 1]),
      { ...PLAIN, depth: 1 },
      'binary',
    );
    expect(member.base).toBeCloseTo(Math.log(1 / 3), 6);
    const [tree] = member.trees;
    expect(tree.threshold[0]).toBe(3.5);
    // p = ¼: left G = ¾, H = 9⁄16; right G = −¾, H = 3⁄16.
    expect(tree.value[1]).toBeCloseTo(-4 / 3, 6);
    expect(tree.value[2]).toBeCloseTo(4, 6);
    expect(tree.cover[2]).toBeCloseTo(3 / 16, 6);
  });

  it('learns on which side missing values belong, or separates them', async () => {
    const nan = Number.NaN;
    const right = await fitTrees(table([[1], [2], [3], [nan]], [0, 0, 9, 9]), { ...PLAIN, depth: 1 });
    expect(right.member.trees[0].missingLeft[0]).toBe(0);
    expect([...right.raw]).toEqual([0, 0, 9, 9]);
    const left = await fitTrees(table([[1], [2], [3], [nan]], [0, 0, 9, 0]), { ...PLAIN, depth: 1 });
    expect(left.member.trees[0].missingLeft[0]).toBe(1);
    expect([...left.raw]).toEqual([0, 0, 9, 0]);
    const off = await fitTrees(table([[1], [2], [3], [nan]], [1, 1, 1, 9]), { ...PLAIN, depth: 1 });
    expect([...off.raw]).toEqual([1, 1, 1, 9]);
    // Without missing values in training, they go with the heavier side.
    const none = await fitTrees(table([[1], [2], [3], [4]], [0, 0, 0, 8]), { ...PLAIN, depth: 1 });
    expect(none.member.trees[0].missingLeft[0]).toBe(1);
  });

  it('treats a weight of 3 like three rows', async () => {
    const once = smallMatrix(200, { task: 'regression', missing: 0.1 });
    const weight = once.weight.map((_, row) => (row % 4 === 0 ? 3 : 1));
    const thrice = takeRows(
      once,
      first(200).flatMap((row) => new Array(weight[row]).fill(row)),
    );
    const params = { trees: 20, depth: 3, rowSample: 1, columnSample: 1 };
    const weighted = await fitTrees({ ...once, weight }, params);
    const repeated = await fitTrees(thrice, params);
    memberRawAll(repeated.member, once.values, 5).forEach((raw, row) => {
      expect(weighted.raw[row]).toBeCloseTo(raw, 5);
    });
  });

  it.each(['regression', 'binary'] as const)(
    'predicts a constant target, and the target of a single row (%s)',
    async (task) => {
      const rows = first(50).map((row) => [row, row % 7]);
      const constant = await fitTrees(
        table(
          rows,
          rows.map(() => 1),
        ),
        { trees: 30 },
        task,
      );
      for (const tree of constant.member.trees) expect(tree.feature).toEqual(Int32Array.of(-1));
      if (task === 'regression') for (const raw of constant.raw) expect(raw).toBeCloseTo(1, 6);
      else for (const raw of constant.raw) expect(raw).toBeGreaterThan(4);
      const single = await fitTrees(table([[5]], [task === 'binary' ? 1 : 0.1]), { trees: 5 }, task);
      expect(Number.isFinite(single.raw[0])).toBe(true);
      if (task === 'regression') expect(single.raw[0]).toBeCloseTo(0.1, 6);
    },
  );
});

describe('boosting compared with XGBoost and LightGBM', () => {
  const fixture = JSON.parse(readFileSync(new URL('./peers/tree-fixture.json', import.meta.url), 'utf8'));
  const { rows, heldOut, rounds, depth, rate } = fixture;

  it.each(['regression', 'binary'] as const)(
    'grows the trees of XGBoost if bins separate all values (%s)',
    async (task) => {
      const { xgboost, lightgbm } = fixture[task];
      const all = peerMatrix(rows + heldOut, task);
      const train = takeRows(all, first(rows));
      const unseen = takeRows(
        all,
        first(heldOut).map((row) => rows + row),
      );
      const params = { trees: rounds, depth, rate, rowSample: 1, columnSample: 1 };
      const { member, raw } = await fitTrees(train, params, task);
      xgboost.firstRows.forEach((expected: number, row: number) => {
        expect(raw[row]).toBeCloseTo(expected, 5);
      });
      expect(loss(task, raw, train)).toBeCloseTo(xgboost.trainLoss, 6);
      const heldOutLoss = loss(task, memberRawAll(member, unseen.values, 6), unseen);
      // An unseen value may lie between two training values: XGBoost splits at the upper one, we half-way.
      expect(heldOutLoss).toBeLessThan(xgboost.heldOutLoss * 1.02);
      expect(heldOutLoss).toBeLessThan(lightgbm.heldOutLoss * 1.02);
    },
  );
});

describe('a boosting run', () => {
  const large = smallMatrix(2500, { task: 'regression', seed: 1, missing: 0.05 });
  const validation = smallMatrix(1000, { task: 'regression', seed: 2, missing: 0.05 });

  it.each(['regression', 'binary'] as const)(
    'reports exactly the training loss of its exported trees (%s)',
    async (task) => {
      const train = smallMatrix(600, { task, missing: 0.1 });
      const { fit, raw } = await fitTrees(train, { trees: 40 }, task);
      expect(loss(task, raw, train)).toBe(fit.notes.trainLoss);
    },
  );

  it('reports exactly the training loss on any table', async () => {
    const cell = fc.oneof(fc.float({ noNaN: true, min: -100, max: 100 }), fc.constantFrom(Number.NaN, 0, 1));
    const row = fc.record({
      x: fc.tuple(cell, cell, cell),
      y: fc.double({ noNaN: true, min: -1e3, max: 1e3 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 8 }),
        async (rows, depth) => {
          const train = table(
            rows.map(({ x }) => x),
            rows.map(({ y }) => y),
          );
          const { fit, raw } = await fitTrees(train, { trees: 8, depth });
          expect(loss('regression', raw, train)).toBe(fit.notes.trainLoss);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('grows the same trees in the calling thread, in one thread and in three', async () => {
    // 10,000 rows × 5 columns × 61 trees are fitted in threads, fewer trees in the calling thread.
    const many = smallMatrix(10_000, { task: 'regression', seed: 1, missing: 0.05 });
    const one = await fitTrees(many, { trees: 61 });
    const three = await fitTrees(many, { trees: 61 }, 'regression', { threads: 3 });
    expect(three.member).toEqual(one.member);
    const inPlace = await fitTrees(many, { trees: 20 }, 'regression', { threads: 3 });
    expect(inPlace.member.trees).toEqual(one.member.trees.slice(0, 20));
  });

  it.each(['regression', 'binary'] as const)(
    'lowers the training loss with every ten trees (%s)',
    async (task) => {
      const train = smallMatrix(500, { task, noise: 1 });
      const curve: number[] = [];
      const log = {
        ...noLog,
        metric: (name: string, value: number) => void (name.startsWith('train_') && curve.push(value)),
      };
      await fitTrees(train, { trees: 150, rowSample: 1, depth: 4 }, task, { log });
      expect(curve).toHaveLength(15);
      for (let i = 1; i < curve.length; i++) expect(curve[i]).toBeLessThan(curve[i - 1]);
    },
  );

  it('stops early and keeps the best round', async () => {
    const noisy = smallMatrix(300, { task: 'regression', noise: 2 });
    const curve: number[] = [];
    const log = {
      ...noLog,
      metric: (name: string, value: number) => void (name === 'validation_rmse' && curve.push(value)),
    };
    const fit = await boosting.fit(noisy, validation, { earlyStopping: 20 }, context('regression', { log }));
    const best = curve.indexOf(Math.min(...curve)) + 1;
    expect(fit.notes).toMatchObject({ trees: best, rounds: best + 20, validationLoss: Math.min(...curve) });
    expect(curve).toHaveLength(best + 20);
    const raw = memberRawAll(fit.members[0], validation.values, 5);
    expect(loss('regression', raw, validation)).toBe(fit.notes.validationLoss);
  });

  it('keeps the event loop responsive and can be aborted, in a thread and in the calling thread', async () => {
    for (const [rows, trees] of [
      [2500, 20_000],
      [100, 60_000],
    ]) {
      const stop = new AbortController();
      const reason = new Error('stop now');
      let lag = 0;
      let last = performance.now();
      const beat = setInterval(() => {
        lag = Math.max(lag, performance.now() - last);
        last = performance.now();
      }, 5);
      let steps = 0;
      const log = {
        ...noLog,
        progress: () => {
          if (++steps === 3) setTimeout(() => stop.abort(reason), 20);
        },
      };
      const train = takeRows(large, first(rows));
      const fit = boosting.fit(
        train,
        takeRows(large, []),
        { trees },
        context('regression', { log, threads: 2, signal: stop.signal }),
      );
      await expect(fit).rejects.toBe(reason);
      clearInterval(beat);
      expect(steps).toBeGreaterThanOrEqual(3);
      expect(lag).toBeLessThan(500);
    }
  });
});

describe('input of boosting', () => {
  const train = smallMatrix(40);
  const attempt = (matrix: Matrix, params = {}) =>
    boosting.fit(matrix, takeRows(matrix, []), params, context('regression'));

  it.each([
    [{ depth: 0 }, 'boosting: depth is 0; it must be a whole number from 1 to 16.'],
    [{ trees: 2.5 }, 'trees is 2.5'],
    [{ rate: 'fast' }, 'rate is "fast"'],
    [{ rowSample: 1.5 }, 'rowSample is 1.5; it must be a number from 0.01 to 1.'],
    [{ leaves: 31 }, 'boosting has no parameter "leaves"; it has trees, depth'],
  ])('is rejected with parameters %o', async (params, message) => {
    await expect(attempt(train, params)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message),
    });
  });

  it('is rejected with infinite values, invalid weights or invalid targets', async () => {
    const fitSpoilt = (change: (matrix: Matrix) => void) => {
      const copy = takeRows(train, first(40));
      change(copy);
      return attempt(copy);
    };
    const invalid = { code: 'INVALID_INPUT' };
    await expect(
      fitSpoilt((m) => {
        m.values[7] = Number.POSITIVE_INFINITY;
      }),
    ).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining('Row 1 has an infinite value of noise'),
    });
    await expect(
      fitSpoilt((m) => {
        m.weight[3] = -1;
      }),
    ).rejects.toMatchObject(invalid);
    await expect(
      fitSpoilt((m) => {
        m.target[3] = Number.NEGATIVE_INFINITY;
      }),
    ).rejects.toMatchObject(invalid);
    await expect(fitSpoilt((m) => void m.target.fill(Number.NaN))).rejects.toMatchObject({
      code: 'INSUFFICIENT_DATA',
    });
    await expect(boosting.fit(train, train, {}, context('binary'))).rejects.toMatchObject(invalid);
  });

  it('may have rows without a target, which are left out', async () => {
    const holes = takeRows(train, first(40));
    holes.target.fill(Number.NaN, 20);
    const kept = await attempt(takeRows(train, first(20)), { trees: 5 });
    expect((await attempt(holes, { trees: 5 })).members).toEqual(kept.members);
  });
});
