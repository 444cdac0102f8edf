import type { FeatureSet } from '../../datasets/features/feature-set.ts';
import { type Matrix, takeRows } from '../../datasets/matrix.ts';
import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { fittedRows, inputOf, toMatrix } from '../../datasets/snapshots/to-matrix.ts';
import { predictAll } from '../../models/predict.ts';
import type { Param } from '../../platform/tracking/tracking.ts';
import { type Estimator, noLog, type Params } from '../../training/estimator.ts';

export interface LeftOut {
  /** Prediction of every row by a model that was trained without its group. */
  predicted: Float64Array;
  /** Mean of the training targets of that model. */
  mean: Float64Array;
  /** Notes of each fit, by the held-out group. */
  notes: Record<string, Record<string, Param>>;
}

/**
 * Fits once per group, on all other groups. Fitted features are learned inside: training rows get them out of fold, and
 * the held-out group gets them from the training rows.
 * @param prepare computes targets and weights of the training rows, such as by a rater model
 */
export async function leaveOneGroupOut(
  rows: readonly GoldRow[],
  set: FeatureSet<never>,
  estimator: Estimator,
  params: Params,
  scale: readonly [number, number],
  prepare: (train: Matrix) => Matrix = (train) => train,
): Promise<LeftOut> {
  const left: LeftOut = {
    predicted: new Float64Array(rows.length),
    mean: new Float64Array(rows.length),
    notes: {},
  };
  for (const group of new Set(rows.map((row) => row.group))) {
    const outside = rows.filter((row) => row.group !== group);
    const inside = rows.flatMap((row, i) => (row.group === group ? [i] : []));
    const fitted = (set.fitted ?? []).map((feature) => {
      const own = fittedRows(outside, feature.name);
      const state = feature.fit(own);
      return {
        train: feature.outOfFold(own, 1),
        held: inside.map((i) => feature.apply(state, inputOf(rows[i], feature.name))),
      };
    });
    const train = prepare(
      toMatrix(
        outside,
        set,
        fitted.map((one) => one.train),
      ),
    );
    const held = toMatrix(
      inside.map((i) => rows[i]),
      set,
      fitted.map((one) => one.held),
    );
    const fit = await estimator.fit(train, takeRows(train, []), params, {
      ...{ task: 'regression', seed: 1, log: noLog, threads: 1 },
    });
    const predicted = predictAll(
      {
        task: 'regression',
        columns: train.columns,
        members: fit.members,
        weights: Float32Array.from(fit.weights),
        calibration: { kind: 'identity' },
        scale,
      },
      held.values,
    );
    const mean = train.target.reduce((sum, y) => sum + y, 0) / train.target.length;
    inside.forEach((row, i) => {
      left.predicted[row] = predicted[i];
      left.mean[row] = mean;
    });
    left.notes[group] = fit.notes;
  }
  return left;
}
