import { TouchlineError } from '../../../platform/errors.ts';
import type { Tree } from '../../definition.ts';
import { leafOf, predictAll } from '../../predict.ts';
import { type ForeignModel, type ForeignTarget, readForeignOnnx } from './read.ts';
import { runForeign } from './run.ts';

/** Largest difference between the foreign graph and ours, relative above 1: it may work in float32 throughout. */
const TOLERANCE = 1e-4;

/**
 * Reads a model of another program and holds it to its own answers.
 * @param rows row-major float32, on which both must agree; NaN where not known.
 * @throws INVALID_FORMAT where ours has no counterpart; PARITY_FAILED where the answers differ; PACKAGE_INVALID
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
  // A graph without an imputer answers nothing to a row that lacks a value: both are given what replaces it here.
  const values = model.takesMissing
    ? rows
    : rows.map((x, i) => (Number.isNaN(x) ? target.impute[i % width] : x));
  const theirs = await runForeign({ onnx, input, output, values, width });
  // Scores are clipped to the scale here, which the other program knows nothing of.
  const ours = predictAll({ ...definition, scale: undefined }, values);
  for (let row = 0; row < ours.length; row++) {
    if (Math.abs(ours[row] - theirs[row]) <= TOLERANCE * Math.max(1, Math.abs(theirs[row]))) continue;
    throw new TouchlineError(
      'PARITY_FAILED',
      `The imported ONNX model answers ${theirs[row]} to row ${row} and what was read of it ${ours[row]}.`,
      { details: { row, expected: theirs[row], actual: ours[row] } },
    );
  }
  return model;
}

/** Rows that pass each node, and one more a leaf so that none weighs nothing: explanations need it, graphs lack it. */
function countCover(tree: Tree, compare: 'lt' | 'le', rows: Float32Array, width: number): void {
  const { feature, left, right, cover } = tree;
  cover.fill(0);
  for (let offset = 0; offset < rows.length; offset += width) cover[leafOf(tree, rows, offset, compare)]++;
  // Parents come before their children.
  for (let node = feature.length - 1; node >= 0; node--)
    cover[node] = feature[node] < 0 ? cover[node] + 1 : cover[left[node]] + cover[right[node]];
}
