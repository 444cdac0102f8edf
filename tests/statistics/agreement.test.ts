import { describe, expect, it } from 'vitest';
import { type IccForm, intraclassCorrelation, ratersAgainstOthers } from '../../statistics/agreement.ts';
import { expectClose, missing, readData } from './conformance.ts';

/** Shrout and Fleiss 1979, table 2: six targets, four judges. */
const PUBLISHED = [
  [9, 2, 5, 8],
  [6, 1, 3, 2],
  [8, 4, 6, 8],
  [7, 1, 2, 6],
  [10, 5, 6, 9],
  [6, 2, 4, 7],
];

describe('agreement', () => {
  it('reproduces the published correlations and their intervals', () => {
    const { icc } = intraclassCorrelation(PUBLISHED);
    const published: Record<IccForm, [number, number, number]> = {
      'ICC(1,1)': [0.17, -0.13, 0.72],
      'ICC(2,1)': [0.29, 0.02, 0.76],
      'ICC(3,1)': [0.71, 0.34, 0.95],
      'ICC(1,k)': [0.44, -0.88, 0.91],
      'ICC(2,k)': [0.62, 0.07, 0.93],
      'ICC(3,k)': [0.91, 0.68, 0.99],
    };
    for (const [form, [value, low, high]] of Object.entries(published)) {
      const found = icc[form as IccForm];
      expect(
        [found.value, found.low, found.high].map((x) => Number(x.toFixed(2))),
        form,
      ).toEqual([value, low, high]);
    }
  });

  it('lowers agreement by a constant bias, but not consistency', () => {
    const { icc } = intraclassCorrelation([1, 2, 3, 4, 5].map((x) => [x, x + 2 + (x === 3 ? 0.01 : 0)]));
    expect(icc['ICC(3,1)'].value).toBeGreaterThan(0.9999);
    expect(icc['ICC(2,1)'].value).toBeLessThan(0.6);
    expect(
      ratersAgainstOthers([
        [1, 3],
        [2, 4],
        [3, 5],
      ]).map((rater) => rater.bias),
    ).toEqual([-2, 2]);
  });

  it('rejects panels that are too small, ragged or not finite', () => {
    expect(() => intraclassCorrelation([[1, 2]])).toThrow(/2 items .* 1 by 2/);
    expect(() => intraclassCorrelation([[1, 2], [1]])).toThrow(/same 2 raters/);
    expect(() =>
      intraclassCorrelation([
        [1, 2],
        [1, Number.NaN],
      ]),
    ).toThrow(/NaN/);
  });

  it.skipIf(missing)(
    `equals the reference for the ski jumps${missing ? ` (skipped: ${missing})` : ''}`,
    () => {
      const lines = readData('skijump-judged/judges.csv').trim().split(/\r?\n/).slice(1);
      const scores = lines.map((line) => line.split(',').slice(-5).map(Number));
      const reference = JSON.parse(readData('conformance/judges_icc.json'));
      const { icc, meanSquares } = intraclassCorrelation(scores);
      expectClose(meanSquares.rows, reference.icc.MSR);
      expectClose(meanSquares.columns, reference.icc.MSC);
      expectClose(meanSquares.error, reference.icc.MSE);
      expectClose(meanSquares.within, reference.icc.MSW);
      for (const [form, { value }] of Object.entries(icc)) expectClose(value, reference.icc[form]);
      ratersAgainstOthers(scores).forEach((rater, j) => {
        const wanted = reference.leave_one_judge_out[j];
        expectClose(rater.bias, wanted.bias);
        expectClose(rater.mae, wanted.mae);
        expectClose(rater.rmse, wanted.rmse);
        expectClose(rater.pearson, wanted.pearson);
        expectClose(rater.r2, wanted.r2_of_judge_as_predictor_of_rest_mean);
      });
    },
  );
});
