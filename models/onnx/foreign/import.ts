import { TouchlineError } from '../../../platform/errors.ts';
import type { Tree } from '../../definition.ts';
import { leafOf, predictAll } from '../../predict.ts';
import { type ForeignModel, type ForeignTarget, readForeignOnnx } from './read.ts';
import { runForeign } from './run.ts';

/** Largest allowed difference between the foreign graph and ours, relative for values above 1: theirs may compute in float32. */
const TOLERANCE = 1e-4;

/**
 * Imports a model of another program and checks the result against the original's own predictions.
 * @param rows row-major float32 on which both must agree; NaN where missing
 * @throws INVALID_FORMAT where the model cannot be represented; PARITY_FAILED where the predictions differ; PACKAGE_INVALID
 */
export async function importOnnx(
  onnx: Uint8Array,
  target: ForeignTarget,
  rows: Float32Array,
): Promise<ForeignModel> {
  const model = readForeignOnnx(onnx, target);
  const { definition, input, output } = model;
  const width = target.columns.length;
  for (const member of definition.members)
    if (member.kind === 'trees')
      for (const tree of member.trees) countCover(tree, member.compare, rows, width);
  // A graph without an imputer cannot handle missing values: impute them for both.
  const values = model.takesMissing
    ? rows
    : rows.map((x, i) => (Number.isNaN(x) ? target.impute[i % width] : x));
  const theirs = await runForeign({ onnx, input, output, values, width });
  // The foreign model does not clip its scores to the scale.
  const ours = predictAll({ ...definition, scale: undefined }, values);
  for (let row = 0; row < ours.length; row++) {
    if (Math.abs(ours[row] - theirs[row]) <= TOLERANCE * Math.max(1, Math.abs(theirs[row]))) continue;
    throw new TouchlineError(
      'PARITY_FAILED',
      `The imported model predicts ${ours[row]} for row ${row}, but the original ONNX model predicts ${theirs[row]}.`,
      { details: { row, expected: theirs[row], actual: ours[row] } },
    );
  }
  return model;
}

/** Counts the rows that pass each node, which explanations need and graphs lack. Leaves start at 1, so that none has weight 0. */
function countCover(tree: Tree, compare: 'lt' | 'le', rows: Float32Array, width: number): void {
  const { feature, left, right, cover } = tree;
  cover.fill(0);
  for (let offset = 0; offset < rows.length; offset += width) cover[leafOf(tree, rows, offset, compare)]++;
  // Parents come before their children.
  for (let node = feature.length - 1; node >= 0; node--)
    cover[node] = feature[node] < 0 ? cover[node] + 1 : cover[left[node]] + cover[right[node]];
}
