import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../datasets/matrix.ts';
import { calibrate, sigmoid } from '../../models/predict.ts';
import { seeded } from '../../platform/random.ts';
import { chooseCalibration, conformalHalfWidth, fitInterval } from '../../training/calibrate.ts';
import { smallMatrix } from './fixtures.ts';

/** Validation rows whose outcomes are drawn with the probability (or score) that `truth` gives for a raw output. */
function drawn(rows: number, task: 'binary' | 'regression', truth: (raw: number) => number) {
  const random = seeded(11);
  const matrix = smallMatrix(rows, { task });
  const raw = Float64Array.from({ length: rows }, () => 2 * random.normal());
  const target = raw.map((r) =>
    task === 'binary' ? Number(random.uniform() < truth(r)) : truth(r) + 0.1 * random.normal(),
  );
  return { matrix: { ...matrix, target } as Matrix, raw };
}

describe('calibration', () => {
  it('stays the identity if raw outputs are calibrated', () => {
    const { matrix, raw } = drawn(400, 'regression', (r) => r);
    const { calibration } = chooseCalibration('regression', matrix, raw, 1);
    const at3 = calibrate(calibration, 'regression', 3);
    expect(Math.abs(at3 - 3)).toBeLessThan(0.05);
  });

  it('corrects scores that are too extreme', () => {
    const { matrix, raw } = drawn(400, 'regression', (r) => 1 + 0.5 * r);
    const { calibration } = chooseCalibration('regression', matrix, raw, 1);
    expect(calibration.kind).toBe('affine');
    expect(calibrate(calibration, 'regression', 2)).toBeCloseTo(2, 1);
  });

  it('uses Platt scaling on few rows, and isotonic regression on many rows with a step', () => {
    const bold = drawn(500, 'binary', (r) => sigmoid(r / 3));
    expect(chooseCalibration('binary', bold.matrix, bold.raw, 1).calibration.kind).toBe('affine');
    const stepped = drawn(4_000, 'binary', (r) => (r < 0 ? 0.2 : 0.7));
    const { calibration } = chooseCalibration('binary', stepped.matrix, stepped.raw, 1);
    expect(calibration.kind).toBe('isotonic');
    expect(calibrate(calibration, 'binary', -3)).toBeGreaterThan(0);
    expect(Math.abs(calibrate(calibration, 'binary', 2) - 0.7)).toBeLessThan(0.06);
  });

  it('never reverses the order of scores, and stays the identity on a handful of rows', () => {
    const falling = drawn(400, 'regression', (r) => -r);
    expect(chooseCalibration('regression', falling.matrix, falling.raw, 1).calibration.kind).toBe('identity');
    const few = drawn(10, 'binary', sigmoid);
    expect(chooseCalibration('binary', few.matrix, few.raw, 1).calibration.kind).toBe('identity');
  });
});

describe('interval', () => {
  it('takes the (n + 1) · level-th residual', () => {
    expect(conformalHalfWidth([1, -2, 3, -4, 5, 6, 7, 8, 9], 0.9)).toBe(9);
    expect(conformalHalfWidth([1, -2, 3, -4, 5, 6, 7, 8, 9], 0.5)).toBe(5);
  });

  it('holds the promised share of new rows', () => {
    const random = seeded(4);
    const draw = () => ({
      ...smallMatrix(1_000, { task: 'regression' }),
      target: new Float64Array(1_000).map(() => random.normal()),
    });
    const rule = fitInterval(draw(), new Float64Array(1_000), 0.9, undefined);
    const inside = draw().target.filter((y) => Math.abs(y) <= rule.halfWidths[0]).length / 1_000;
    expect(inside).toBeGreaterThan(0.87);
    expect(inside).toBeLessThan(0.93);
  });

  it('gives a code its own width from 30 rows on', () => {
    const matrix = smallMatrix(300, { task: 'regression' });
    const width = matrix.columns.length;
    for (let row = 0; row < 300; row++) matrix.values[row * width + 4] = row < 10 ? 2 : row % 2;
    const scores = matrix.target.map((y, row) => y + (row % 2 ? 5 : 1));
    const rule = fitInterval(matrix, scores, 0.9, 'kind');
    expect([...rule.halfWidths].map(Math.round)).toEqual([1, 5, 5]);
    expect(rule.column).toBe(4);
  });
});
