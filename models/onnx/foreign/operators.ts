import { unsupported } from '../../trees/nested-tree.ts';
import type { NodeProto } from '../generated/onnx_pb.ts';
import { constantOf, NodeAttributes } from './tensors.ts';
import { readEnsemble } from './trees.ts';
import type { Columns, Layer, Raw, Value } from './value.ts';

type Operator = (node: NodeProto, inputs: readonly (Value | undefined)[], output: string) => Value;

const refuse = (node: NodeProto, what: string) => unsupported('ONNX', `${node.opType} ${what}`);

function columnsIn(node: NodeProto, value: Value | undefined): Columns {
  if (value?.kind === 'columns') return value;
  throw refuse(node, 'does not stand on the features themselves');
}

function constantIn(node: NodeProto, value: Value | undefined) {
  if (value?.kind === 'constant') return value;
  throw refuse(node, 'takes something else than a constant');
}

/** One number a column: a single one stands for all. */
function spread(node: NodeProto, values: ArrayLike<number>, width: number): number[] {
  if (values.length === 1) return new Array<number>(width).fill(values[0]);
  if (values.length === width) return Array.from(values);
  throw refuse(node, `has ${values.length} values for ${width}`);
}

const pass: Operator = (node, [value]) => {
  if (value) return value;
  throw refuse(node, 'has no input');
};

/** What layers stand on: the columns, or the layers before. */
function stack(
  node: NodeProto,
  value: Value | undefined,
): { columns: Columns; layers: Layer[]; width: number } {
  if (value?.kind === 'columns') return { columns: value, layers: [], width: value.mean.length };
  if (value?.kind === 'network' && value.slope === 1 && value.offset === 0)
    return { columns: value.columns, layers: value.layers, width: value.layers.at(-1)?.units ?? 0 };
  throw refuse(node, 'stands on what is no layer');
}

function dense(node: NodeProto, value: Value | undefined, weights: number[], bias: number[]): Raw {
  const { columns, layers, width } = stack(node, value);
  const units = weights.length / width;
  if (!Number.isInteger(units) || units < 1)
    throw refuse(node, `has ${weights.length} weights for ${width} inputs`);
  const layer: Layer = { weights, bias: spread(node, bias, units), units, activation: 'linear' };
  return { kind: 'network', columns, layers: [...layers, layer], slope: 1, offset: 0 };
}

function transposed(weights: readonly number[], rows: number): number[] {
  const columns = weights.length / rows;
  return Array.from(weights, (_, i) => weights[(i % rows) * columns + Math.floor(i / rows)]);
}

/** `value · factor + term`, a number for each column. */
function affine(
  node: NodeProto,
  value: Value | undefined,
  factor: ArrayLike<number>,
  term: ArrayLike<number>,
): Value {
  if (value?.kind === 'columns') {
    const width = value.mean.length;
    const [by, plus] = [spread(node, factor, width), spread(node, term, width)];
    if (by.some((one) => one <= 0)) throw refuse(node, 'scales a feature by what is not above 0');
    // (x − m) / s · f + t = (x − (m − t · s / f)) / (s / f)
    return {
      ...value,
      mean: value.mean.map((mean, j) => mean - (plus[j] * value.scale[j]) / by[j]),
      scale: value.scale.map((scale, j) => scale / by[j]),
    };
  }
  if (value?.kind === 'network') {
    const last = value.layers.at(-1) as Layer;
    if (last.activation === 'linear' && value.slope === 1 && value.offset === 0) {
      const [by, plus] = [spread(node, factor, last.units), spread(node, term, last.units)];
      const changed: Layer = {
        ...last,
        weights: last.weights.map((weight, i) => weight * by[i % last.units]),
        bias: last.bias.map((bias, unit) => bias * by[unit] + plus[unit]),
      };
      return { ...value, layers: [...value.layers.slice(0, -1), changed] };
    }
  }
  if (value?.kind === 'network' || value?.kind === 'trees') {
    const [[by], [plus]] = [spread(node, factor, 1), spread(node, term, 1)];
    return { ...value, slope: value.slope * by, offset: value.offset * by + plus };
  }
  throw refuse(node, 'stands where it cannot be read');
}

function arithmetic(of: (constant: number) => [factor: number, term: number], commutes: boolean): Operator {
  return (node, [left, right]) => {
    const turned = commutes && left?.kind === 'constant';
    const { values } = constantIn(node, turned ? left : right);
    const pairs = Array.from(values, of);
    return affine(
      node,
      turned ? right : left,
      pairs.map(([factor]) => factor),
      pairs.map(([, term]) => term),
    );
  };
}

/** Two columns of scores, of which the second belongs to class 1, as one. */
function secondOf(node: NodeProto, weights: number[], bias: number[], how: 'second' | 'difference') {
  const width = weights.length / 2;
  const at = (row: number, j: number) => weights[row * width + j];
  if (bias.length !== 2) throw refuse(node, 'has more than two classes');
  const minus = how === 'difference' ? 1 : 0;
  return {
    weights: Array.from({ length: width }, (_, j) => at(1, j) - minus * at(0, j)),
    bias: [bias[1] - minus * bias[0]],
  };
}

const linearClassifier: Operator = (node, [value], output) => {
  if (output === node.output[0] && node.output.length > 1)
    throw refuse(node, 'gives a label, not a probability');
  const attributes = new NodeAttributes(node);
  const coefficients = attributes.floats('coefficients');
  const { width } = stack(node, value);
  const rows = coefficients.length / width;
  const intercepts = attributes.floats('intercepts');
  const bias = intercepts.length > 0 ? intercepts : new Array<number>(rows).fill(0);
  const transform = attributes.text('post_transform', 'NONE');
  if (transform !== 'LOGISTIC' && transform !== 'SOFTMAX') throw refuse(node, `ends in ${transform}`);
  if (rows === 1) return { kind: 'probability', of: dense(node, value, coefficients, bias) };
  const one = secondOf(node, coefficients, bias, transform === 'SOFTMAX' ? 'difference' : 'second');
  return { kind: 'probability', of: dense(node, value, one.weights, one.bias) };
};

/** Columns that trees may stand on: unscaled, because a threshold belongs to the values themselves. */
function unscaled(node: NodeProto, value: Value | undefined): Columns {
  const columns = columnsIn(node, value);
  if (columns.mean.some((mean) => mean !== 0) || columns.scale.some((scale) => scale !== 1))
    throw refuse(node, 'stands on scaled features: leave the scaler out, trees do not need it');
  return columns;
}

const treeRegressor: Operator = (node, [value]) => {
  const columns = unscaled(node, value);
  const attributes = new NodeAttributes(node);
  const aggregate = attributes.text('aggregate_function', 'SUM');
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE') throw refuse(node, `aggregates by ${aggregate}`);
  if (attributes.integer('n_targets', 1) !== 1) throw refuse(node, 'has several targets');
  const [trees, nodes] = [attributes.integers('target_treeids'), attributes.integers('target_nodeids')];
  const weights = attributes.floats('target_weights');
  const leaves = new Map(weights.map((weight, i) => [`${trees[i]}/${nodes[i]}`, weight]));
  const raw: Raw = {
    kind: 'trees',
    ...readEnsemble(attributes, leaves, columns.impute),
    base: attributes.floats('base_values')[0] ?? 0,
    aggregate: aggregate === 'SUM' ? 'sum' : 'mean',
    slope: 1,
    offset: 0,
  };
  const transform = attributes.text('post_transform', 'NONE');
  if (transform === 'LOGISTIC') return { kind: 'probability', of: raw };
  if (transform !== 'NONE') throw refuse(node, `ends in ${transform}`);
  return raw;
};

const treeClassifier: Operator = (node, [value], output) => {
  if (output === node.output[0] && node.output.length > 1)
    throw refuse(node, 'gives a label, not a probability');
  const columns = unscaled(node, value);
  const attributes = new NodeAttributes(node);
  const [trees, nodes] = [attributes.integers('class_treeids'), attributes.integers('class_nodeids')];
  const classes = attributes.integers('class_ids');
  const weights = attributes.floats('class_weights');
  const known = new Set(classes);
  if ([...known].some((one) => one > 1)) throw refuse(node, 'has more than two classes');
  // One column of scores is of class 1, whatever it is called.
  const wanted = known.size > 1 ? 1 : classes[0];
  const leaves = new Map<string, number>();
  weights.forEach((weight, i) => {
    if (classes[i] === wanted) leaves.set(`${trees[i]}/${nodes[i]}`, weight);
  });
  const bases = attributes.floats('base_values');
  const raw: Raw = {
    kind: 'trees',
    ...readEnsemble(attributes, leaves, columns.impute),
    base: bases[bases.length > 1 ? 1 : 0] ?? 0,
    aggregate: 'sum',
    slope: 1,
    offset: 0,
  };
  const transform = attributes.text('post_transform', 'NONE');
  if (transform === 'LOGISTIC') return { kind: 'probability', of: raw };
  if (transform !== 'NONE') throw refuse(node, `ends in ${transform}`);
  return { kind: 'share', of: raw };
};

/** What a graph of another program may hold, by operator; of ONNX and of ai.onnx.ml. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  Identity: pass,
  Cast: pass,
  Flatten: pass,
  Reshape: pass,
  Squeeze: pass,
  Unsqueeze: pass,
  Dropout: pass,
  // Two probabilities add up to 1 already; as a map they are the same ones.
  Normalizer: pass,
  ZipMap: pass,
  Constant: (node) => {
    const tensor = node.attribute.find(({ name }) => name === 'value')?.t;
    if (!tensor) throw refuse(node, 'holds no tensor');
    return { kind: 'constant', ...constantOf(tensor) };
  },
  Imputer: (node, [value]) => {
    const columns = unscaled(node, value);
    const attributes = new NodeAttributes(node);
    if (!Number.isNaN(attributes.float('replaced_value_float', Number.NaN)))
      throw refuse(node, 'replaces something else than what is missing');
    return {
      ...columns,
      impute: spread(node, attributes.floats('imputed_value_floats'), columns.mean.length),
    };
  },
  Scaler: (node, [value]) => {
    const columns = columnsIn(node, value);
    const attributes = new NodeAttributes(node);
    const width = columns.mean.length;
    const factor = spread(node, attributes.floats('scale'), width);
    const offset = spread(node, attributes.floats('offset'), width);
    return affine(
      node,
      columns,
      factor,
      factor.map((by, j) => -offset[j] * by),
    );
  },
  Add: arithmetic((constant) => [1, constant], true),
  Sub: arithmetic((constant) => [1, -constant], false),
  Mul: arithmetic((constant) => [constant, 0], true),
  Div: arithmetic((constant) => [1 / constant, 0], false),
  MatMul: (node, [value, weights]) => dense(node, value, Array.from(constantIn(node, weights).values), [0]),
  Gemm: (node, [value, weights, bias]) => {
    const attributes = new NodeAttributes(node);
    if (attributes.integer('transA', 0) !== 0) throw refuse(node, 'turns the features around');
    const { dims, values } = constantIn(node, weights);
    const flat = Array.from(values, (weight) => weight * attributes.float('alpha', 1));
    const turned = attributes.integer('transB', 0) === 0 ? flat : transposed(flat, dims[0]);
    const beta = attributes.float('beta', 1);
    const terms = bias ? Array.from(constantIn(node, bias).values, (term) => term * beta) : [0];
    return dense(node, value, turned, terms);
  },
  Relu: (node, [value]) => {
    if (value?.kind !== 'network' || value.slope !== 1 || value.offset !== 0)
      throw refuse(node, 'does not follow a layer');
    const last = value.layers.at(-1) as Layer;
    return { ...value, layers: [...value.layers.slice(0, -1), { ...last, activation: 'relu' }] };
  },
  Sigmoid: (node, [value]) => {
    if (value?.kind === 'network' || value?.kind === 'trees') return { kind: 'probability', of: value };
    throw refuse(node, 'does not follow a score');
  },
  Softmax: (node, [value]) => {
    const last = value?.kind === 'network' ? value.layers.at(-1) : undefined;
    if (value?.kind !== 'network' || last?.units !== 2 || last.activation !== 'linear')
      throw refuse(node, 'does not follow a layer of two classes');
    const one = secondOf(node, transposed(last.weights, last.weights.length / 2), last.bias, 'difference');
    const layer: Layer = { ...one, units: 1, activation: 'linear' };
    return { kind: 'probability', of: { ...value, layers: [...value.layers.slice(0, -1), layer] } };
  },
  LinearRegressor: (node, [value]) => {
    const attributes = new NodeAttributes(node);
    if (attributes.integer('targets', 1) !== 1) throw refuse(node, 'has several targets');
    const intercepts = attributes.floats('intercepts');
    return dense(node, value, attributes.floats('coefficients'), intercepts.length > 0 ? intercepts : [0]);
  },
  LinearClassifier: linearClassifier,
  TreeEnsembleRegressor: treeRegressor,
  TreeEnsembleClassifier: treeClassifier,
};
