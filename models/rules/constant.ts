import type { Matrix } from '../../datasets/matrix.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { Prediction, Predictor } from '../package/package.ts';

/** A model that predicts the same value for every row. */
export function constantModel(name: string, answer: number, columns: number): Predictor {
  return {
    name,
    async predict(values): Promise<Prediction> {
      const value = new Float64Array(values.length / columns).fill(answer);
      return { value, members: Array.from(value, () => Float64Array.of(answer)) };
    },
  };
}

/**
 * The default baseline: predicts the weighted mean of the training targets, which for outcomes 0 and 1 is the base rate.
 * @throws INSUFFICIENT_DATA where no row has a target
 */
export function meanModel(train: Matrix): Predictor {
  let sum = 0;
  let weight = 0;
  train.target.forEach((target, row) => {
    if (Number.isNaN(target)) return;
    sum += target * train.weight[row];
    weight += train.weight[row];
  });
  if (weight === 0)
    throw new TouchlineError(
      'INSUFFICIENT_DATA',
      'The baseline needs at least 1 training row with a target.',
    );
  return constantModel('mean', sum / weight, train.columns.length);
}
