import type { Matrix } from '../../datasets/matrix.ts';
import { memberRawAll } from '../../models/predict.ts';
import { chooseAndSolve } from '../../training/estimators/linear/choose.ts';
import { centerOf, designOf, planTerms, toMember } from '../../training/estimators/linear/terms.ts';
import { groupFolds } from '../../training/out-of-fold.ts';

const FOLDS = 3;
/** λ from 10 down to 1e-4. */
const LAMBDAS = Array.from({ length: 11 }, (_, k) => 10 ** (1 - k / 2));

/**
 * Fits a ridge regression to `train` and predicts `held`. The penalty is selected by cross-validation with whole groups in
 * each fold. The estimator `linear` does the same in a thread, which is slower for many small fits.
 */
export function ridgePredictions(train: Matrix, held: Matrix, seed: number): Float64Array {
  const plan = planTerms(train, 0);
  const width = plan.terms.length;
  const design = designOf(plan, train);
  const center = centerOf(design, width);
  const x = design.map((value, at) => value - center[at % width]);
  const { solution } = chooseAndSolve({
    problem: { task: 'regression', x, width, y: train.target, weight: train.weight },
    choice: { by: 'folds', ...groupFolds(train.rows, FOLDS, seed) },
    lambdas: LAMBDAS,
  });
  const member = { ...toMember(plan, { ...solution, center }), slope: 1, offset: 0 };
  return memberRawAll(member, held.values, held.columns.length);
}
