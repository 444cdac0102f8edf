import { describe, expect, it } from 'vitest';
import { seeded } from '../../platform/random.ts';
import { type Estimator, noLog } from '../../training/estimator.ts';
import { ensembleOf } from '../../training/estimators/ensemble/ensemble.ts';
import { fitWeights, ontoSimplex } from '../../training/estimators/ensemble/weights.ts';
import { linear } from '../../training/estimators/linear/linear.ts';
import { foldRows, groupFolds, outOfFold } from '../../training/out-of-fold.ts';
import { smallMatrix } from './fixtures.ts';

/** Predicts the mean of its training rows and ignores the columns. */
const mean: Estimator = {
  name: 'mean',
  tasks: ['regression', 'binary'],
  defaults: {},
  async fit(train, _validation, _params, context) {
    const average = train.target.reduce((sum, y) => sum + y, 0) / train.target.length;
    const intercept = Math.fround(context.task === 'binary' ? Math.log(average / (1 - average)) : average);
    const width = train.columns.length;
    const input = {
      impute: new Float32Array(width),
      mean: new Float32Array(width),
      scale: new Float32Array(width).fill(1),
    };
    const weights = new Float32Array(width);
    return {
      members: [{ kind: 'linear', name: 'mean', input, weights, intercept, slope: 1, offset: 0 }],
      weights: [1],
      notes: {},
    };
  },
};

const context = { task: 'regression', seed: 1, log: noLog, threads: 1 } as const;

describe('group folds', () => {
  it('keep groups whole and sizes even, and are reproducible', () => {
    const { rows } = smallMatrix(205, { task: 'regression' });
    const { fold, count } = groupFolds(rows, 5, 3);
    expect(count).toBe(5);
    const of = new Map<string, number>();
    rows.forEach((row, i) => {
      expect(of.get(row.group) ?? fold[i]).toBe(fold[i]);
      of.set(row.group, fold[i]);
    });
    for (let k = 0; k < 5; k++) expect(foldRows(fold, k).inside.length).toBeGreaterThan(30);
    expect(groupFolds(rows, 5, 3).fold).toEqual(fold);
    expect(groupFolds(rows, 5, 4).fold).not.toEqual(fold);
    expect(groupFolds(rows, 50, 3).count).toBe(20);
  });

  it('predict no row with a fit that has seen it', async () => {
    const train = smallMatrix(100, { task: 'regression' });
    const folds = groupFolds(train.rows, 5, 1);
    const before = await outOfFold(mean, train, train, {}, context, folds);
    const target = train.target.slice();
    foldRows(folds.fold, 2).inside.forEach((row) => {
      target[row] += 1_000;
    });
    const after = await outOfFold(mean, { ...train, target }, train, {}, context, folds);
    for (let row = 0; row < 100; row++) {
      if (folds.fold[row] === 2) expect(after[row]).toBe(before[row]);
      else expect(after[row]).not.toBe(before[row]);
    }
  });
});

describe('the weights of an ensemble', () => {
  it('are projected onto the simplex', () => {
    expect(ontoSimplex([0.5, 0.5])).toEqual([0.5, 0.5]);
    expect(ontoSimplex([3, 0, 0])).toEqual([1, 0, 0]);
    expect(ontoSimplex([0.6, 0.6, -1]).map((x) => Number(x.toFixed(6)))).toEqual([0.5, 0.5, 0]);
  });

  it.each(['regression', 'binary'] as const)('recover those that generated the target, %s', async (task) => {
    const random = seeded(2);
    const draw = () => Float64Array.from({ length: 4_000 }, () => 2 * random.normal());
    const raw = [draw(), draw(), draw()];
    const truth = raw[0].map((a, i) => 0.7 * a + 0.3 * raw[1][i]);
    const target = truth.map((t) =>
      task === 'binary' ? Number(random.uniform() < 1 / (1 + Math.exp(-t))) : t + 0.1 * random.normal(),
    );
    const shares = await fitWeights({ task, raw, target, weight: new Float64Array(4_000).fill(1) });
    expect(Math.abs(shares[0] - 0.7)).toBeLessThan(0.07);
    expect(Math.abs(shares[1] - 0.3)).toBeLessThan(0.07);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });
});

describe('an ensemble', () => {
  it('leaves out members that add nothing, and reports the loss of each', async () => {
    const train = smallMatrix(300, { task: 'regression' });
    const { members, notes } = await ensembleOf([linear, mean]).fit(train, train, {}, context);
    expect(members.map((member) => member.name)).toEqual(['linear']);
    expect(notes['weight.mean']).toBe(0);
    expect(notes['outOfFoldLoss.mean']).toBeGreaterThan(Number(notes['outOfFoldLoss.linear']));
  });

  it('reuses fits on the same matrices, and passes parameters to its members', async () => {
    const train = smallMatrix(300, { task: 'regression' });
    const sizes: number[] = [];
    const seen: unknown[] = [];
    const counted: Estimator = {
      ...linear,
      fit: (part, ...rest) => {
        sizes.push(part.rows.length);
        seen.push(rest[1]);
        return linear.fit(part, ...rest);
      },
    };
    const ensemble = ensembleOf([counted]);
    await ensemble.fit(train, train, { folds: 3, 'linear.knots': 0 }, context);
    expect(sizes.filter((rows) => rows === 300)).toHaveLength(1);
    expect(seen).toContainEqual({ knots: 0 });
    await ensemble.fit(train, train, { folds: 3, 'linear.knots': 0 }, context);
    expect(sizes.filter((rows) => rows === 300)).toHaveLength(1);
  });

  it('leaves out members that cannot fit the data, and names an unknown member', async () => {
    const train = smallMatrix(60, { task: 'regression' });
    const shy: Estimator = { ...mean, name: 'shy', cannotFit: () => 'never' };
    const { notes } = await ensembleOf([linear, shy]).fit(train, train, {}, context);
    expect(notes.leftOut).toBe('shy');
    await expect(ensembleOf([linear]).fit(train, train, { of: 'liner' }, context)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await expect(ensembleOf([linear]).fit(train, train, { 'bosting.depth': 3 }, context)).rejects.toThrow(
      'bosting.depth',
    );
    await expect(ensembleOf([shy]).fit(train, train, {}, context)).rejects.toMatchObject({
      code: 'INSUFFICIENT_DATA',
    });
  });
});
