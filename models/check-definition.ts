import { TouchlineError } from '../platform/errors.ts';
import type {
  Calibration,
  DenseLayer,
  Hinges,
  IntervalRule,
  Member,
  ModelDefinition,
  Standardizer,
  Tree,
} from './definition.ts';

function reject(reason: string): never {
  throw new TouchlineError('PACKAGE_INVALID', `The model cannot be used: ${reason}.`, {
    details: { reason },
  });
}

function finite(values: ArrayLike<number>, what: string): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) reject(`${what} has the value ${values[i]} at position ${i}`);
}

function length(values: ArrayLike<number>, expected: number, what: string): void {
  if (values.length !== expected) reject(`${what} has ${values.length} values instead of ${expected}`);
}

function checkStandardizer(input: Standardizer, width: number, what: string): void {
  for (const part of ['impute', 'mean', 'scale'] as const) {
    length(input[part], width, `${what} ${part}`);
    finite(input[part], `${what} ${part}`);
  }
  if (input.scale.some((scale) => scale <= 0)) reject(`${what} scale has a value that is not above 0`);
}

function checkHinges(hinges: Hinges, width: number, what: string): void {
  for (const part of ['knot', 'center', 'weight'] as const) {
    length(hinges[part], hinges.column.length, `${what} hinge ${part}`);
    finite(hinges[part], `${what} hinge ${part}`);
  }
  for (const column of hinges.column)
    if (!(column >= 0 && column < width)) reject(`${what} has a hinge on column ${column} of ${width}`);
}

function checkTree(tree: Tree, width: number, what: string): void {
  const size = tree.feature.length;
  if (size === 0) reject(`${what} is empty`);
  for (const part of ['threshold', 'left', 'right', 'missingLeft', 'value', 'cover'] as const)
    length(tree[part], size, `${what} ${part}`);
  finite(tree.value, `${what} leaf values`);
  finite(tree.cover, `${what} cover`);
  const seen = new Uint8Array(size);
  const stack = [0];
  while (stack.length > 0) {
    const node = stack.pop() as number;
    if (!(node >= 0 && node < size)) reject(`${what} points to node ${node} of ${size}`);
    if (seen[node]) reject(`${what} reaches node ${node} twice`);
    seen[node] = 1;
    if (tree.cover[node] < 0) reject(`${what} has a negative cover at node ${node}`);
    if (tree.feature[node] < 0) continue;
    if (tree.feature[node] >= width) reject(`${what} splits on column ${tree.feature[node]} of ${width}`);
    if (Number.isNaN(tree.threshold[node])) reject(`${what} has a threshold of NaN at node ${node}`);
    stack.push(tree.left[node], tree.right[node]);
  }
  if (seen.includes(0)) reject(`${what} has unreachable nodes`);
}

function checkLayers(layers: readonly DenseLayer[], width: number, what: string): void {
  let inputs = width;
  layers.forEach((layer, i) => {
    length(layer.bias, layer.units, `${what} layer ${i} bias`);
    length(layer.weights, inputs * layer.units, `${what} layer ${i} weights`);
    finite(layer.weights, `${what} layer ${i} weights`);
    finite(layer.bias, `${what} layer ${i} bias`);
    inputs = layer.units;
  });
  if (layers.length === 0 || inputs !== 1) reject(`${what} does not end in one unit`);
}

function checkMember(member: Member, width: number): void {
  const what = `member ${member.name}`;
  if (member.name === '') reject('a member has no name');
  finite([member.slope, member.offset], `${what} slope and offset`);
  if (member.kind === 'trees') {
    if (member.trees.length === 0) reject(`${what} has no trees`);
    finite([member.base], `${what} base`);
    member.trees.forEach((tree, i) => {
      checkTree(tree, width, `${what} tree ${i}`);
    });
    return;
  }
  checkStandardizer(member.input, width, what);
  if (member.kind === 'network') checkLayers(member.layers, width, what);
  else {
    length(member.weights, width, `${what} weights`);
    finite(member.weights, `${what} weights`);
    finite([member.intercept], `${what} intercept`);
    if (member.hinges) checkHinges(member.hinges, width, what);
  }
}

function checkCalibration(calibration: Calibration): void {
  if (calibration.kind === 'affine') finite([calibration.slope, calibration.intercept], 'calibration');
  if (calibration.kind !== 'isotonic') return;
  const { x, y } = calibration;
  length(y, x.length, 'isotonic y');
  finite(x, 'isotonic x');
  finite(y, 'isotonic y');
  if (x.length === 0) reject('isotonic calibration has no points');
  for (let i = 1; i < x.length; i++)
    if (x[i] <= x[i - 1]) reject(`isotonic x must increase strictly as float32, but does not at point ${i}`);
}

function checkInterval(rule: IntervalRule, model: ModelDefinition): void {
  if (!(rule.level > 0 && rule.level < 1)) reject(`interval level ${rule.level} is not between 0 and 1`);
  finite(rule.halfWidths, 'interval half-widths');
  if (rule.halfWidths.length === 0) reject('the interval has no half-widths');
  if (rule.halfWidths.some((width) => width < 0)) reject('a half-width is negative');
  if (rule.column === null) length(rule.halfWidths, 1, 'interval half-widths');
  else if (model.columns[rule.column]?.kind !== 'categorical')
    reject(`the interval's column ${rule.column} is not categorical`);
}

/**
 * Checks everything that must hold before a definition is written or, after it was read, run: shapes match, trees are
 * trees, and every number is finite (thresholds may be infinite, but never NaN).
 * @throws PACKAGE_INVALID naming the first problem found
 */
export function checkDefinition(model: ModelDefinition): void {
  const width = model.columns.length;
  if (width === 0) reject('it has no columns');
  if (model.members.length === 0) reject('it has no members');
  length(model.weights, model.members.length, 'member weights');
  finite(model.weights, 'member weights');
  const sum = model.weights.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > 1e-4) reject(`member weights add up to ${sum}, not 1`);
  for (const member of model.members) checkMember(member, width);
  checkCalibration(model.calibration);
  if (model.task === 'binary' && (model.scale || model.interval))
    reject('a binary model has neither scale nor interval');
  if (model.scale && !(model.scale[0] < model.scale[1])) reject(`its scale ${model.scale} is empty`);
  if (model.interval) checkInterval(model.interval, model);
}
