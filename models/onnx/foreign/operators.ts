import { linearClassifier, treeClassifier, treeRegressor } from './classical-operators.ts';
import {
  affine,
  columnsIn,
  constantIn,
  dense,
  type Operator,
  secondOf,
  spread,
  transpose,
  unscaled,
  unsupportedNode,
} from './operands.ts';
import { constantOf, NodeAttributes } from './tensors.ts';
import type { Layer } from './value.ts';

const pass: Operator = (node, [value]) => {
  if (value) return value;
  throw unsupportedNode(node, 'has no input');
};

function arithmetic(of: (constant: number) => [factor: number, term: number], commutes: boolean): Operator {
  return (node, [left, right]) => {
    const swapped = commutes && left?.kind === 'constant';
    const { values } = constantIn(node, swapped ? left : right);
    const pairs = Array.from(values, of);
    return affine(
      node,
      swapped ? right : left,
      pairs.map(([factor]) => factor),
      pairs.map(([, term]) => term),
    );
  };
}

/** Operators of ONNX and ai.onnx.ml that can be translated, by name. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  Identity: pass,
  Cast: pass,
  Flatten: pass,
  Reshape: pass,
  Squeeze: pass,
  Unsqueeze: pass,
  Dropout: pass,
  // Both leave probabilities as they are: two of them add up to 1 already, and a map holds the same numbers.
  Normalizer: pass,
  ZipMap: pass,
  Constant: (node) => {
    const tensor = node.attribute.find(({ name }) => name === 'value')?.t;
    if (!tensor) throw unsupportedNode(node, 'has no tensor');
    return { kind: 'constant', ...constantOf(tensor) };
  },
  Imputer: (node, [value]) => {
    const columns = unscaled(node, value);
    const attributes = new NodeAttributes(node);
    if (!Number.isNaN(attributes.float('replaced_value_float', Number.NaN)))
      throw unsupportedNode(node, 'replaces values other than missing ones');
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
    if (attributes.integer('transA', 0) !== 0) throw unsupportedNode(node, 'transposes the features');
    const { dims, values } = constantIn(node, weights);
    const flat = Array.from(values, (weight) => weight * attributes.float('alpha', 1));
    const matrix = attributes.integer('transB', 0) === 0 ? flat : transpose(flat, dims[0]);
    const beta = attributes.float('beta', 1);
    const terms = bias ? Array.from(constantIn(node, bias).values, (term) => term * beta) : [0];
    return dense(node, value, matrix, terms);
  },
  Relu: (node, [value]) => {
    if (value?.kind !== 'network' || value.slope !== 1 || value.offset !== 0)
      throw unsupportedNode(node, 'does not follow a layer');
    const last = value.layers.at(-1) as Layer;
    return { ...value, layers: [...value.layers.slice(0, -1), { ...last, activation: 'relu' }] };
  },
  Sigmoid: (node, [value]) => {
    if (value?.kind === 'network' || value?.kind === 'trees') return { kind: 'probability', of: value };
    throw unsupportedNode(node, 'does not follow a score');
  },
  Softmax: (node, [value]) => {
    const last = value?.kind === 'network' ? value.layers.at(-1) : undefined;
    if (value?.kind !== 'network' || last?.units !== 2 || last.activation !== 'linear')
      throw unsupportedNode(node, 'does not follow a layer of two classes');
    const one = secondOf(node, transpose(last.weights, last.weights.length / 2), last.bias, 'difference');
    const layer: Layer = { ...one, units: 1, activation: 'linear' };
    return { kind: 'probability', of: { ...value, layers: [...value.layers.slice(0, -1), layer] } };
  },
  LinearRegressor: (node, [value]) => {
    const attributes = new NodeAttributes(node);
    if (attributes.integer('targets', 1) !== 1) throw unsupportedNode(node, 'has several targets');
    const intercepts = attributes.floats('intercepts');
    return dense(node, value, attributes.floats('coefficients'), intercepts.length > 0 ? intercepts : [0]);
  },
  LinearClassifier: linearClassifier,
  TreeEnsembleRegressor: treeRegressor,
  TreeEnsembleClassifier: treeClassifier,
};
