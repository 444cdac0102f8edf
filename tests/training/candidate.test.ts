import { describe, expect, it } from 'vitest';
import { takeRows } from '../../datasets/matrix.ts';
import { loadPackage } from '../../models/package/load.ts';
import { predictAll } from '../../models/predict.ts';
import { type CandidateRequest, trainCandidate } from '../../training/candidate.ts';
import { noLog } from '../../training/estimator.ts';
import { ESTIMATORS } from '../../training/estimators/catalog.ts';
import { linear } from '../../training/estimators/linear/linear.ts';
import { smallMatrix } from './fixtures.ts';

const request = (task: 'regression' | 'binary', extra: Partial<CandidateRequest> = {}): CandidateRequest => ({
  estimator: linear,
  params: {},
  train: smallMatrix(1_200, { task, seed: 1, missing: 0.05 }),
  validation: smallMatrix(300, { task, seed: 2, missing: 0.05 }),
  product: 'example',
  task,
  ...(task === 'regression' ? { scale: [0, 10] as const, intervalColumn: 'kind' } : {}),
  seed: 5,
  log: noLog,
  threads: 1,
  features: { set: 'example', version: 1, fitted: {} },
  ...extra,
});

describe('trainCandidate', () => {
  it.each(['regression', 'binary'] as const)(
    'gives a package that loads and repeats its trainer, %s',
    async (task) => {
      const candidate = await trainCandidate(request(task));
      const fresh = smallMatrix(200, { task, seed: 9, missing: 0.1 });
      const model = await loadPackage(candidate.files);
      const served = await model.predict(fresh.values);
      const trained = predictAll(candidate.definition, fresh.values);
      for (let i = 0; i < trained.length; i++)
        expect(Math.abs(served.value[i] - trained[i])).toBeLessThan(1e-5);
      expect(model.hash).toBe(candidate.hash);
      expect(model.reference.rows).toBe(1_200);
      expect(model.reference.columns[0].missing).toBeCloseTo(0.05, 1);
      await model.close();
      if (task === 'regression') {
        expect(candidate.validation.r2).toBeGreaterThan(0.9);
        expect(served.low?.every((low, i) => low <= served.value[i])).toBe(true);
      } else expect(candidate.validation.logLoss).toBeLessThan(0.6);
    },
  );

  it('gives the same hash for the same data, seed and code, and a different one for another seed', async () => {
    const [first, second, other] = [
      await trainCandidate(request('regression')),
      await trainCandidate(request('regression')),
      await trainCandidate(request('regression', { seed: 6 })),
    ];
    expect(second.hash).toBe(first.hash);
    expect(other.hash).not.toBe(first.hash);
  });

  it('gives the same hash for an ensemble, whatever the number of threads', async () => {
    const params = { of: 'linear,boosting', folds: 2, 'boosting.trees': 20, 'boosting.earlyStopping': 5 };
    const hashes: string[] = [];
    for (const threads of [0, 1]) {
      const target = { estimator: ESTIMATORS.named('ensemble'), params, threads };
      hashes.push((await trainCandidate(request('regression', target))).hash);
    }
    expect(hashes[1]).toBe(hashes[0]);
  });

  it('leaves out rows without a target', async () => {
    const train = smallMatrix(300, { task: 'regression', seed: 1 });
    const holes = { ...train, target: train.target.map((y, i) => (i < 100 ? y : Number.NaN)) };
    const kept = takeRows(
      train,
      Array.from({ length: 100 }, (_, i) => i),
    );
    const [open, closed] = [
      await trainCandidate(request('regression', { train: holes })),
      await trainCandidate(request('regression', { train: kept })),
    ];
    expect(open.hash).toBe(closed.hash);
  });

  it('rejects empty parts, unsupported tasks and unknown parameters', async () => {
    await expect(trainCandidate(request('regression', { params: { depth: 3 } }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('knots'),
    });
    await expect(
      trainCandidate(request('regression', { validation: smallMatrix(0, { task: 'regression' }) })),
    ).rejects.toMatchObject({ code: 'INSUFFICIENT_DATA' });
    await expect(
      trainCandidate(request('binary', { estimator: { ...linear, tasks: ['regression'] } })),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
