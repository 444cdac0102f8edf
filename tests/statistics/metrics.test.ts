import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreementOn, METRICS, metricNamed, metricsFor } from '../../statistics/metrics.ts';
import { expectClose, missing, readData } from './conformance.ts';

const outcome = [0, 0, 1, 1, 0, 1, 1, 0];
const probability = [0.1, 0.4, 0.4, 0.8, 0.55, 0.55, 0.9, 0.2];
const given = [5, 7.5, 6, 8, 3, 9];
const score = [5.5, 7, 6, 9.2, 4, 7.5];

describe('metrics', () => {
  it('equal those of scikit-learn and scipy, also with ties', () => {
    expectClose(METRICS.rocAuc.compute(outcome, probability), 0.875);
    expectClose(METRICS.logLoss.compute(outcome, probability), 0.43505864831970126);
    expectClose(METRICS.brier.compute(outcome, probability), 0.140625);
    expectClose(METRICS.f1.compute(outcome, probability), 0.75);
    expectClose(METRICS.accuracy.compute(outcome, probability), 0.75);
    expectClose(METRICS.r2.compute(given, score), 0.7856110154905336);
    expectClose(METRICS.mae.compute(given, score), 0.7833333333333332);
    expectClose(METRICS.rmse.compute(given, score), 0.9300537618869136);
    expectClose(METRICS.spearman.compute([1, 2, 2, 3, 5], [2, 1, 4, 4, 6]), 0.7631578947368421);
  });

  it('count each row as often as its weight states', () => {
    const weights = [1, 0, 2, 3, 1, 0, 2, 1];
    expectClose(METRICS.rocAuc.prepare(outcome, probability)(weights), 0.9047619047619049);
    expectClose(METRICS.logLoss.prepare(outcome, probability)(weights), 0.38397449121963995);
    expectClose(METRICS.f1.prepare(outcome, probability)(weights), 0.7692307692307693);
    expectClose(METRICS.spearman.prepare(outcome, probability)(weights), 0.6578482353011438);
  });

  it('give the same value for weights as for repeated rows', () => {
    const row = fc.record({
      actual: fc.constantFrom(0, 1),
      predicted: fc.integer({ min: 0, max: 20 }),
      weight: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), (rows) => {
        const repeated = rows.flatMap((one) => Array.from({ length: one.weight }, () => one));
        fc.pre(repeated.length > 1);
        for (const metric of Object.values(METRICS)) {
          const whole = metric.compute(
            repeated.map((one) => one.actual),
            repeated.map((one) => one.predicted / 20),
          );
          const weighted = metric.prepare(
            rows.map((one) => one.actual),
            rows.map((one) => one.predicted / 20),
          )(rows.map((one) => one.weight));
          if (Number.isNaN(whole)) expect(weighted).toBeNaN();
          else expect(weighted).toBeCloseTo(whole, 9);
        }
      }),
    );
  });

  it('measure agreement on the scale of the product', () => {
    expect(METRICS.agreement.compute([7.3, 5, 8, 2], [6.3, 5.9, 9.5, 2])).toBe(0.75);
    expect(agreementOn([0.5, 1]).compute([0.9, 0.9, 0.9], [0.85, 0.84, 0.95])).toBeCloseTo(2 / 3, 12);
    expect(metricsFor('regression', [0, 20]).map((one) => one.name)).toEqual([
      'r2',
      'mae',
      'rmse',
      'spearman',
      'agreement',
    ]);
    expect(metricsFor('regression', [0, 20])[4].compute([10], [12])).toBe(1);
  });

  it('are NaN if they are undefined', () => {
    expect(METRICS.rocAuc.compute([1, 1], [0.2, 0.3])).toBeNaN();
    expect(METRICS.r2.compute([4, 4], [4, 5])).toBeNaN();
    expect(METRICS.spearman.compute([1, 2], [3, 3])).toBeNaN();
    expect(METRICS.logLoss.compute([1], [0])).toBeCloseTo(-Math.log(1e-15), 9);
  });

  it('reject empty, unpaired and non-finite values, and unknown names', () => {
    expect(() => METRICS.mae.compute([], [])).toThrow(/at least 1/);
    expect(() => METRICS.mae.compute([1, 2], [1])).toThrow(/2 and 1/);
    expect(() => METRICS.mae.compute([1, 2], [1, Number.NaN])).toThrow(/NaN at index 1/);
    expect(() => metricNamed('f2')).toThrow(/r2, mae/);
  });

  it.skipIf(missing)(`equal the reference for 500 shots${missing ? ` (skipped: ${missing})` : ''}`, () => {
    const [head, ...lines] = readData('conformance/predictions_500.csv')
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(','));
    const column = (name: string) => lines.map((line) => Number(line[head.indexOf(name)]));
    const reference = JSON.parse(readData('conformance/shap.json'));
    for (const model of ['xgboost', 'lightgbm']) {
      const wanted = reference[model].metrics_500;
      const measure = (metric: string) => METRICS[metric].compute(column('made'), column(`p_${model}`));
      expectClose(measure('logLoss'), wanted.logloss);
      expectClose(measure('brier'), wanted.brier);
      expectClose(measure('rocAuc'), wanted.auc);
      expectClose(measure('accuracy'), wanted.accuracy);
      expectClose(measure('ece'), wanted.ece10);
    }
  });
});
