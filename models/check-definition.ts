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

function refuse(reason: string): never {
  throw new TouchlineError('PACKAGE_INVALID', `The model cannot be used: ${reason}.`, {
    details: { reason },
  });
}

function finite(values: ArrayLike<number>, what: string): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) refuse(`${what} holds ${values[i]} at position ${i}`);
}

function length(values: ArrayLike<number>, expected: number, what: string): void {
  if (values.length !== expected) refuse(`${what} has ${values.length} values where ${expected} are needed`);
}

function checkStandardizer(input: Standardizer, width: number, what: string): void {
  for (const part of ['impute', 'mean', 'scale'] as const) {
    length(input[part], width, `${what} ${part}`);
    finite(input[part], `${what} ${part}`);
  }
  if (input.scale.some((scale) => scale <= 0)) refuse(`${what} scale holds a value that is not above 0`);
}

function checkHinges(hinges: Hinges, width: number, what: string): void {
  for (const part of ['knot', 'center', 'weight'] as const) {
    length(hinges[part], hinges.column.length, `${what} hinge ${part}`);
    finite(hinges[part], `${what} hinge ${part}`);
  }
  for (const column of hinges.column)
    if (!(column >= 0 && column < width)) refuse(`${what} bends column ${column} of ${width}`);
}

function checkTree(tree: Tree, width: number, what: string): void {
  const size = tree.feature.length;
  if (size === 0) refuse(`${what} is empty`);
  for (const part of ['threshold', 'left', 'right', 'missingLeft', 'value', 'cover'] as const)
    length(tree[part], size, `${what} ${part}`);
  finite(tree.value, `${what} leaf values`);
  finite(tree.cover, `${what} cover`);
  const seen = new Uint8Array(size);
  const stack = [0];
  while (stack.length > 0) {
    const node = stack.pop() as number;
    if (!(node >= 0 && node < size)) refuse(`${what} points to node ${node} of ${size}`);
    if (seen[node]) refuse(`${what} reaches node ${node} twice`);
    seen[node] = 1;
    if (tree.cover[node] < 0) refuse(`${what} has a negative cover at node ${node}`);
    if (tree.feature[node] < 0) continue;
    if (tree.feature[node] >= width) refuse(`${what} asks column ${tree.feature[node]} of ${width}`);
    if (Number.isNaN(tree.threshold[node])) refuse(`${what} compares with NaN at node ${node}`);
    stack.push(tree.left[node], tree.right[node]);
  }
  if (seen.includes(0)) refuse(`${what} has nodes that nothing leads to`);
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
  if (layers.length === 0 || inputs !== 1) refuse(`${what} does not end in one unit`);
}

function checkMember(member: Member, width: number): void {
  const what = `member ${member.name}`;
  if (member.name === '') refuse('a member has no name');
  finite([member.slope, member.offset], `${what} slope and offset`);
  if (member.kind === 'trees') {
    if (member.trees.length === 0) refuse(`${what} has no trees`);
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
  if (x.length === 0) refuse('isotonic calibration has no points');
  for (let i = 1; i < x.length; i++)
    if (x[i] <= x[i - 1]) refuse(`isotonic x must ascend strictly as float32, and does not at point ${i}`);
}

function checkInterval(rule: IntervalRule, model: ModelDefinition): void {
  if (!(rule.level > 0 && rule.level < 1)) refuse(`interval level ${rule.level} is not between 0 and 1`);
  finite(rule.halfWidths, 'interval half-widths');
  if (rule.halfWidths.length === 0) refuse('the interval has no half-width');
  if (rule.halfWidths.some((width) => width < 0)) refuse('a half-width is negative');
  if (rule.column === null) length(rule.halfWidths, 1, 'interval half-widths');
  else if (model.columns[rule.column]?.kind !== 'categorical')
    refuse(`the interval's column ${rule.column} is not a categorical one`);
}

/**
 * Everything that must hold before a definition may be written or, after reading, be run: shapes fit, trees are trees,
 * every number is finite (thresholds may be infinite, NaN never). Throws PACKAGE_INVALID with the first thing found.
 */
export function checkDefinition(model: ModelDefinition): void {
  const width = model.columns.length;
  if (width === 0) refuse('it has no columns');
  if (model.members.length === 0) refuse('it has no members');
  length(model.weights, model.members.length, 'member weights');
  finite(model.weights, 'member weights');
  const sum = model.weights.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > 1e-4) refuse(`member weights add up to ${sum}, not 1`);
  for (const member of model.members) checkMember(member, width);
  checkCalibration(model.calibration);
  if (model.task === 'binary' && (model.scale || model.interval))
    refuse('a binary model has neither scale nor interval');
  if (model.scale && !(model.scale[0] < model.scale[1])) refuse(`its scale ${model.scale} is empty`);
  if (model.interval) checkInterval(model.interval, model);
}
