import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../datasets/matrix.ts';
import { evaluateModel } from '../../models/evaluate.ts';
import { constantModel } from '../../models/rules/constant.ts';
import { METRICS } from '../../statistics/metrics.ts';

/** 60 rows of 12 athletes; the target is the only column plus an error that grows on the left camera. */
const rows = Array.from({ length: 60 }, (_, i) => ({
  id: `r${i}`,
  group: `athlete-${i % 12}`,
  slices: (i === 0 ? {} : { camera: i % 2 ? 'left' : 'right' }) as Record<string, string>,
}));
const matrix: Matrix = {
  columns: [{ name: 'a', kind: 'numeric', description: 'A' }],
  values: Float32Array.from(rows, (_, i) => i % 10),
  target: Float64Array.from(rows, (_, i) => (i === 59 ? Number.NaN : (i % 10) + (i % 2 ? 0.5 : 0.1))),
  weight: new Float64Array(60).fill(1),
  rows,
};
const copies = {
  name: 'copies',
  predict: async (values: Float32Array) => ({ value: Float64Array.from(values), members: [] }),
};
const options = { metrics: [METRICS.mae, METRICS.r2], slices: ['camera'], seed: 1 };

describe('evaluateModel', () => {
  it('measures rows that have a target, overall and by slice, with intervals', async () => {
    const { rows: count, metrics, slices, predictions } = await evaluateModel(copies, matrix, options);
    expect(count).toBe(59);
    expect(predictions.value).toHaveLength(60);
    expect(metrics.mae.value).toBeCloseTo((30 * 0.1 + 29 * 0.5) / 59, 9);
    expect(metrics.mae.low).toBeLessThan(metrics.mae.value);
    expect(metrics.mae.high).toBeGreaterThan(metrics.mae.value);
    expect(slices.map(({ slice, value, rows }) => [slice, value, rows])).toEqual([
      ['camera', 'left', 29],
      ['camera', 'right', 29],
    ]);
    expect(slices[0].metrics.mae.value).toBeCloseTo(0.5, 9);
    expect(slices[1].metrics.mae.value).toBeCloseTo(0.1, 9);
  });

  it('gives the same intervals for the same seed, and others for another seed', async () => {
    const [a, b, c] = await Promise.all([
      evaluateModel(copies, matrix, options),
      evaluateModel(copies, matrix, options),
      evaluateModel(copies, matrix, { ...options, seed: 2 }),
    ]);
    expect(b).toEqual(a);
    expect(c.metrics.r2.low).not.toBe(a.metrics.r2.low);
  });

  it('throws INSUFFICIENT_DATA where no row has a target', async () => {
    const blind = { ...matrix, target: new Float64Array(60).fill(Number.NaN) };
    await expect(evaluateModel(constantModel('five', 5, 1), blind, options)).rejects.toMatchObject({
      code: 'INSUFFICIENT_DATA',
    });
  });
});
