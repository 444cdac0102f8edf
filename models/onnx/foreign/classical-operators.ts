import { dense, type Operator, secondOf, stack, unscaled, unsupportedNode } from './operands.ts';
import { NodeAttributes } from './tensors.ts';
import { readEnsemble } from './trees.ts';
import type { Raw } from './value.ts';

export const linearClassifier: Operator = (node, [value], output) => {
  if (output === node.output[0] && node.output.length > 1)
    throw unsupportedNode(node, 'outputs a label, not a probability');
  const attributes = new NodeAttributes(node);
  const coefficients = attributes.floats('coefficients');
  const { width } = stack(node, value);
  const rows = coefficients.length / width;
  const intercepts = attributes.floats('intercepts');
  const bias = intercepts.length > 0 ? intercepts : new Array<number>(rows).fill(0);
  const transform = attributes.text('post_transform', 'NONE');
  if (transform !== 'LOGISTIC' && transform !== 'SOFTMAX')
    throw unsupportedNode(node, `ends in ${transform}`);
  if (rows === 1) return { kind: 'probability', of: dense(node, value, coefficients, bias) };
  const one = secondOf(node, coefficients, bias, transform === 'SOFTMAX' ? 'difference' : 'second');
  return { kind: 'probability', of: dense(node, value, one.weights, one.bias) };
};

export const treeRegressor: Operator = (node, [value]) => {
  const columns = unscaled(node, value);
  const attributes = new NodeAttributes(node);
  const aggregate = attributes.text('aggregate_function', 'SUM');
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE')
    throw unsupportedNode(node, `aggregates by ${aggregate}`);
  if (attributes.integer('n_targets', 1) !== 1) throw unsupportedNode(node, 'has several targets');
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
  if (transform !== 'NONE') throw unsupportedNode(node, `ends in ${transform}`);
  return raw;
};

export const treeClassifier: Operator = (node, [value], output) => {
  if (output === node.output[0] && node.output.length > 1)
    throw unsupportedNode(node, 'outputs a label, not a probability');
  const columns = unscaled(node, value);
  const attributes = new NodeAttributes(node);
  const [trees, nodes] = [attributes.integers('class_treeids'), attributes.integers('class_nodeids')];
  const classes = attributes.integers('class_ids');
  const weights = attributes.floats('class_weights');
  const known = new Set(classes);
  if ([...known].some((one) => one > 1)) throw unsupportedNode(node, 'has more than two classes');
  // A single column of scores belongs to class 1, whatever its id.
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
  if (transform !== 'NONE') throw unsupportedNode(node, `ends in ${transform}`);
  return { kind: 'share', of: raw };
};
