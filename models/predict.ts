import type {
  Calibration,
  IntervalRule,
  LinearMember,
  Member,
  ModelDefinition,
  NetworkMember,
  Standardizer,
  Tree,
  TreesMember,
} from './definition.ts';
import type { Prediction } from './package/package.ts';

/** Node id of the leaf that a row reaches. @param offset where the row starts in `values` */
export function leafOf(tree: Tree, values: Float32Array, offset: number, compare: 'lt' | 'le'): number {
  const { feature, threshold, left, right, missingLeft } = tree;
  let node = 0;
  while (feature[node] >= 0) {
    const x = values[offset + feature[node]];
    // NaN fails both comparisons, so it only needs a check where the comparison failed.
    const goesLeft = compare === 'lt' ? x < threshold[node] : x <= threshold[node];
    node = goesLeft || (missingLeft[node] === 1 && Number.isNaN(x)) ? left[node] : right[node];
  }
  return node;
}

function treesRaw(member: TreesMember, values: Float32Array, offset: number): number {
  let sum = 0;
  for (const tree of member.trees) sum += tree.value[leafOf(tree, values, offset, member.compare)];
  // ONNX returns the sum of leaves as float32; rounding it here too keeps steep calibrations from amplifying the difference.
  return member.base + Math.fround(member.aggregate === 'mean' ? sum / member.trees.length : sum);
}

/** Imputes missing values, then centres and scales. */
export function standardize(input: Standardizer, values: Float32Array, offset: number): Float32Array {
  const out = new Float32Array(input.mean.length);
  for (let j = 0; j < out.length; j++) {
    const x = values[offset + j];
    out[j] = ((Number.isNaN(x) ? input.impute[j] : x) - input.mean[j]) / input.scale[j];
  }
  return out;
}

function networkRaw(member: NetworkMember, values: Float32Array, offset: number): number {
  let activations = standardize(member.input, values, offset);
  for (const { weights, bias, units, activation } of member.layers) {
    // Weights are row-major, so inputs are the outer loop; inputs that relu set to 0 contribute nothing.
    const sums = new Float64Array(bias);
    for (let i = 0; i < activations.length; i++) {
      const input = activations[i];
      if (input === 0) continue;
      for (let unit = 0, at = i * units; unit < units; unit++, at++) sums[unit] += input * weights[at];
    }
    if (activation === 'relu') for (let unit = 0; unit < units; unit++) if (sums[unit] < 0) sums[unit] = 0;
    activations = new Float32Array(sums);
  }
  return activations[0];
}

function linearRaw(member: LinearMember, values: Float32Array, offset: number): number {
  const x = standardize(member.input, values, offset);
  let raw = member.intercept;
  for (let j = 0; j < x.length; j++) raw += member.weights[j] * x[j];
  const { hinges } = member;
  if (hinges) {
    for (let h = 0; h < hinges.column.length; h++)
      raw += hinges.weight[h] * (Math.max(0, x[hinges.column[h]] - hinges.knot[h]) - hinges.center[h]);
  }
  return raw;
}

/** Raw output of one member for one row, including its affine step: a score or log-odds. */
export function memberRaw(member: Member, values: Float32Array, offset: number): number {
  let raw: number;
  if (member.kind === 'trees') raw = treesRaw(member, values, offset);
  else if (member.kind === 'network') raw = networkRaw(member, values, offset);
  else raw = linearRaw(member, values, offset);
  return member.slope * raw + member.offset;
}

/** Raw outputs of one member for every row of a row-major table. */
export function memberRawAll(member: Member, values: Float32Array, width: number): Float64Array {
  return Float64Array.from({ length: values.length / width }, (_, row) =>
    memberRaw(member, values, row * width),
  );
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Converts a raw value (weighted sum of members) to a score or probability. */
export function calibrate(calibration: Calibration, task: ModelDefinition['task'], raw: number): number {
  if (calibration.kind === 'isotonic') return interpolate(calibration.x, calibration.y, raw);
  const affine = calibration.kind === 'affine' ? calibration.intercept + calibration.slope * raw : raw;
  return task === 'binary' ? sigmoid(affine) : affine;
}

function interpolate(x: Float32Array, y: Float32Array, at: number): number {
  if (at <= x[0]) return y[0];
  for (let i = 1; i < x.length; i++) {
    if (at <= x[i]) return y[i - 1] + ((at - x[i - 1]) / (x[i] - x[i - 1])) * (y[i] - y[i - 1]);
  }
  return y[x.length - 1];
}

/** Weighted sum of the members for every row, before calibration. */
export function rawAll(model: ModelDefinition, values: Float32Array): Float64Array {
  const width = model.columns.length;
  const out = new Float64Array(values.length / width);
  model.members.forEach((member, m) => {
    for (let row = 0; row < out.length; row++)
      out[row] += model.weights[m] * memberRaw(member, values, row * width);
  });
  return out;
}

/** Clips a value to the model's scale, if it has one. */
function clipToScale(model: ModelDefinition, value: number): number {
  return model.scale ? Math.min(model.scale[1], Math.max(model.scale[0], value)) : value;
}

/** Converts a raw value to the final output: calibrated and clipped. */
const outputOf = (model: ModelDefinition) => (raw: number) =>
  clipToScale(model, calibrate(model.calibration, model.task, raw));

/** Score (clipped to the scale) or probability for every row. */
export function predictAll(model: ModelDefinition, values: Float32Array): Float64Array {
  return rawAll(model, values).map(outputOf(model));
}

/** Half-width of the interval for one row; a missing or unknown code gets the widest. */
function halfWidthOf(rule: IntervalRule, values: Float32Array, offset: number): number {
  if (rule.column === null) return rule.halfWidths[0];
  return rule.halfWidths[values[offset + rule.column]] ?? Math.max(...rule.halfWidths);
}

/** Every output of a package, computed without a runtime: the ONNX graph of the same definition must give the same. */
export function predictFully(model: ModelDefinition, values: Float32Array): Prediction {
  const width = model.columns.length;
  const value = predictAll(model, values);
  const each = model.members.map((member) => memberRawAll(member, values, width).map(outputOf(model)));
  const members = Array.from(value, (_, row) => Float64Array.from(each, (column) => column[row]));
  const { interval } = model;
  if (!interval) return { value, members };
  const end = (sign: number) =>
    value.map((score, row) => clipToScale(model, score + sign * halfWidthOf(interval, values, row * width)));
  return { value, low: end(-1), high: end(1), members };
}
