import { describe, expect, it } from 'vitest';
import type { LinearMember } from '../../models/definition.ts';
import { memberRaw } from '../../models/predict.ts';
import { seeded } from '../../platform/random.ts';
import { noLog } from '../../training/estimator.ts';
import { linear } from '../../training/estimators/linear/linear.ts';
import { marginsOf, type Problem, solvePath } from '../../training/estimators/linear/solve.ts';
import { fitRaw } from '../../training/out-of-fold.ts';
import { smallMatrix } from './fixtures.ts';

const context = { seed: 1, log: noLog, threads: 0 };

function problem(task: Problem['task']): Problem {
  const random = seeded(5);
  const x = Float64Array.from({ length: 60 }, () => random.normal());
  const y = Float64Array.from({ length: 20 }, (_, i) =>
    task === 'binary' ? Number(x[3 * i] + random.normal() > 0) : x[3 * i] - 2 * x[3 * i + 1] + 1,
  );
  return { task, x, width: 3, y, weight: Float64Array.from({ length: 20 }, (_, i) => 1 + (i % 3)) };
}

describe('linear', () => {
  it('has a zero gradient at its ridge and logistic solutions', () => {
    for (const task of ['regression', 'binary'] as const) {
      const given = problem(task);
      const lambda = 0.05;
      const [solution] = solvePath(given, [lambda]);
      const margin = marginsOf(given, solution);
      const total = given.weight.reduce((sum, w) => sum + w, 0);
      for (let j = 0; j < 3; j++) {
        let gradient = lambda * solution.coefficients[j];
        for (let i = 0; i < 20; i++) {
          const fitted = task === 'binary' ? 1 / (1 + Math.exp(-margin[i])) : margin[i];
          gradient += (given.weight[i] / total) * (fitted - given.y[i]) * given.x[3 * i + j];
        }
        expect(Math.abs(gradient)).toBeLessThan(1e-6);
      }
    }
  });

  it('represents one-hot codes exactly by a piecewise-linear curve', async () => {
    const train = smallMatrix(500, { task: 'regression', noise: 0.01 });
    const { members } = await linear.fit(train, train, { knots: 0 }, { ...context, task: 'regression' });
    const row = (kind: number) => Float32Array.of(0, 2, 0, 3.25, kind);
    expect(memberRaw(members[0], row(0), 0)).toBeCloseTo(4, 1);
    expect(memberRaw(members[0], row(1), 0)).toBeCloseTo(6, 1);
    expect(memberRaw(members[0], row(2), 0)).toBeCloseTo(5, 1);
  });

  it('uses hinges on a target with a kink, and fits a straight target well without many', async () => {
    const train = smallMatrix(2_000, { task: 'regression' });
    const straight = await linear.fit(train, train, {}, { ...context, task: 'regression' });
    const width = train.columns.length;
    const target = train.target.map((y, i) => y + 2 * Math.abs(train.values[i * width]));
    const bent = await linear.fit({ ...train, target }, train, {}, { ...context, task: 'regression' });
    expect(bent.notes.knots).toBe(10);
    const raw = fitRaw(bent, train);
    const rmse = Math.sqrt(target.reduce((sum, y, i) => sum + (y - raw[i]) ** 2, 0) / target.length);
    expect(rmse).toBeLessThan(0.4);
    expect((straight.members[0] as LinearMember).hinges?.column.length ?? 0).toBeLessThanOrEqual(35);
  });

  it('has its mean over training rows as intercept, so that terms are Shapley values', async () => {
    const train = smallMatrix(2_000, { task: 'regression' });
    const { members } = await linear.fit(train, train, {}, { ...context, task: 'regression' });
    const raw = fitRaw({ members, weights: [1], notes: {} }, train);
    const mean = raw.reduce((sum, r) => sum + r, 0) / raw.length;
    const { intercept } = members[0] as LinearMember;
    expect(intercept).toBeCloseTo(mean, 3);
  });
});
