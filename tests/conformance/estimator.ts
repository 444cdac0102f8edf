import { describe, expect, it } from 'vitest';
import { type Matrix, takeRows } from '../../datasets/matrix.ts';
import type { Task } from '../../models/definition.ts';
import { canonicalJson } from '../../platform/hash.ts';
import { type Estimator, type Fit, type FitContext, noLog, type Params } from '../../training/estimator.ts';
import { fitRaw } from '../../training/out-of-fold.ts';
import { smallMatrix } from '../training/fixtures.ts';

/** Everything that a fit would export, byte for byte. */
export const bytesOf = (fit: Fit): string =>
  canonicalJson(
    JSON.parse(
      JSON.stringify({ members: fit.members, weights: fit.weights }, (_key, value: unknown) =>
        ArrayBuffer.isView(value)
          ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
          : value,
      ),
    ),
  );

function meanLoss(task: Task, raw: Float64Array, actual: Float64Array): number {
  let sum = 0;
  raw.forEach((r, i) => {
    sum +=
      task === 'binary'
        ? Math.max(r, 0) - r * actual[i] + Math.log1p(Math.exp(-Math.abs(r)))
        : (r - actual[i]) ** 2;
  });
  return sum / raw.length;
}

/** Loss of the best constant prediction. */
function constantLoss(task: Task, actual: Float64Array): number {
  const mean = actual.reduce((sum, y) => sum + y, 0) / actual.length;
  const raw = task === 'binary' ? Math.log(mean / (1 - mean)) : mean;
  return meanLoss(task, new Float64Array(actual.length).fill(raw), actual);
}

/** Settings of the checks for one estimator. */
export interface EstimatorChecks {
  /** Parameters that make fits quick; the defaults otherwise. */
  params?: Params;
  /** Folder of installed engines, for estimators that need one. */
  engines?: string;
}

/** Training rows of each fit; an estimator must be able to fit them. */
const ROWS = 400;

/** Checks that every estimator must pass, for each task that it supports. */
export function estimatorConformance(
  estimator: Estimator,
  { params = {}, engines }: EstimatorChecks = {},
): void {
  const context = (task: Task, extra: Partial<FitContext> = {}): FitContext => ({
    task,
    seed: 3,
    log: noLog,
    threads: 1,
    engines,
    ...extra,
  });
  describe.each([...estimator.tasks])(`${estimator.name}, %s`, (task) => {
    const train = smallMatrix(ROWS, { task, seed: 1, missing: 0.05 });
    const validation = smallMatrix(ROWS / 2, { task, seed: 2, missing: 0.05 });
    const unseen = smallMatrix(300, { task, seed: 4, missing: 0.05 });

    let first: Promise<Fit> | undefined;
    const fitted = () => {
      first ??= estimator.fit(train, validation, params, context(task));
      return first;
    };

    it('learns a simple signal, and gives finite raw outputs for rows with missing values', async () => {
      const fit = await fitted();
      const raw = fitRaw(fit, unseen);
      expect([...raw].every(Number.isFinite)).toBe(true);
      expect(meanLoss(task, raw, unseen.target)).toBeLessThan(
        (task === 'binary' ? 0.92 : 0.5) * constantLoss(task, unseen.target),
      );
      expect(fit.weights).toHaveLength(fit.members.length);
      expect(fit.weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 6);
    });

    it('fits the same bytes for the same seed', async () => {
      const again = await estimator.fit(train, validation, params, context(task));
      expect(bytesOf(again)).toBe(bytesOf(await fitted()));
      expect(again.notes).toEqual((await fitted()).notes);
    });

    it('exports only float32 numbers', async () => {
      for (const member of (await fitted()).members) {
        if (member.kind === 'linear') expect(member.intercept).toBe(Math.fround(member.intercept));
        if (member.kind === 'trees') expect(member.base).toBe(Math.fround(member.base));
        expect(member.slope).toBe(Math.fround(member.slope));
        expect(member.offset).toBe(Math.fround(member.offset));
      }
    });

    it('weighs rows by their weight', async () => {
      // Half of the rows have the opposite target and next to no weight.
      const target = train.target.map((y, i) => (i % 2 ? y : task === 'binary' ? 1 - y : 10 - y));
      const weight = Float64Array.from(target, (_, i) => (i % 2 ? 1 : 1e-4));
      const fit = await estimator.fit({ ...train, target, weight }, validation, params, context(task));
      const raw = fitRaw(fit, unseen);
      expect(meanLoss(task, raw, unseen.target)).toBeLessThan(
        (task === 'binary' ? 0.97 : 0.7) * constantLoss(task, unseen.target),
      );
    });

    it('stays finite when a column is empty in training, and on a row without any value', async () => {
      const width = train.columns.length;
      const emptied: Matrix = {
        ...train,
        values: train.values.map((value, at) => (at % width === 2 ? Number.NaN : value)),
      };
      const fit = await estimator.fit(emptied, validation, params, context(task));
      const raw = fitRaw(fit, {
        ...takeRows(unseen, [0, 1]),
        values: new Float32Array(2 * width).fill(Number.NaN, width),
      });
      expect([...raw].every(Number.isFinite)).toBe(true);
    });

    it('rejects with the reason of an aborted signal', async () => {
      const reason = new Error('stop now');
      await expect(
        estimator.fit(train, validation, params, context(task, { signal: AbortSignal.abort(reason) })),
      ).rejects.toBe(reason);
    });

    if (estimator.cannotFit)
      it('names how many rows it needs if there are too few', () => {
        const problem = (count: number) => estimator.cannotFit?.(smallMatrix(count, { task }));
        let needed = 1;
        while (needed < ROWS && problem(needed) !== undefined) needed++;
        expect(problem(needed)).toBeUndefined();
        expect(problem(needed - 1)).toContain(String(needed));
      });
  });
}
