import type { Hinges, LinearMember, Member, NetworkMember, Standardizer } from '../definition.ts';
import { attribute, type Graph } from './graph.ts';
import { writeTrees } from './write-trees.ts';

/** Names of the values that every member starts from: the features as float64, and the mask of missing ones. */
export const X = 'features/double';
export const MISSING = 'features/missing';

/** Float64 arithmetic with one rounding to float32 at the end, exactly like `standardize` in `predict.ts`. */
function writeStandardizer(graph: Graph, prefix: string, input: Standardizer): string {
  const width = input.mean.length;
  const part = (name: keyof Standardizer) => graph.wide(`${prefix}/${name}`, input[name], [width]);
  const filled = graph.node('Where', `${prefix}/filled`, [MISSING, part('impute'), X]);
  const centred = graph.node('Sub', `${prefix}/centred`, [filled, part('mean')]);
  const scaled = graph.node('Div', `${prefix}/scaled`, [centred, part('scale')]);
  return rounded(graph, `${prefix}/standardized`, scaled);
}

function rounded(graph: Graph, name: string, input: string): string {
  return graph.double(name, graph.float(`${name}/float`, input));
}

function writeLinear(graph: Graph, prefix: string, member: LinearMember): string {
  const x = writeStandardizer(graph, prefix, member.input);
  const weights = graph.wide(`${prefix}/weights`, member.weights, [member.weights.length, 1]);
  const product = graph.node('MatMul', `${prefix}/product`, [x, weights]);
  const sum = graph.node('Add', `${prefix}/sum`, [
    product,
    graph.scalar(`${prefix}/intercept`, member.intercept),
  ]);
  return member.hinges ? writeHinges(graph, `${prefix}/hinges`, member.hinges, x, sum) : sum;
}

/** Adds the hinge terms of a linear member (`Hinges` in definition.ts) to `sum`. */
function writeHinges(graph: Graph, prefix: string, hinges: Hinges, x: string, sum: string): string {
  const count = hinges.column.length;
  const column = graph.indices(`${prefix}/column`, [...hinges.column]);
  const picked = graph.node('Gather', `${prefix}/picked`, [x, column], [attribute.int('axis', 1)]);
  const part = (name: 'knot' | 'center') => graph.wide(`${prefix}/${name}`, hinges[name], [count]);
  const beyond = graph.node('Sub', `${prefix}/beyond`, [picked, part('knot')]);
  const bent = graph.node('Relu', `${prefix}/bent`, [beyond]);
  const centred = graph.node('Sub', `${prefix}/centred`, [bent, part('center')]);
  const weight = graph.wide(`${prefix}/weight`, hinges.weight, [count, 1]);
  const product = graph.node('MatMul', `${prefix}/product`, [centred, weight]);
  return graph.node('Add', `${prefix}/sum`, [sum, product]);
}

function writeNetwork(graph: Graph, prefix: string, member: NetworkMember): string {
  let activations = writeStandardizer(graph, prefix, member.input);
  member.layers.forEach((layer, i) => {
    const at = `${prefix}/layer_${i}`;
    const weights = graph.wide(`${at}/weights`, layer.weights, [
      layer.weights.length / layer.units,
      layer.units,
    ]);
    const bias = graph.wide(`${at}/bias`, layer.bias, [layer.units]);
    let out = graph.node('Gemm', `${at}/gemm`, [activations, weights, bias]);
    if (layer.activation === 'relu') out = graph.node('Relu', `${at}/relu`, [out]);
    activations = rounded(graph, `${at}/out`, out);
  });
  return activations;
}

/** Raw output of one member, including its affine step: float64 [N, 1]. */
export function writeMember(graph: Graph, index: number, member: Member): string {
  const prefix = `member_${index}`;
  const raw =
    member.kind === 'trees'
      ? writeTrees(graph, prefix, member)
      : member.kind === 'linear'
        ? writeLinear(graph, prefix, member)
        : writeNetwork(graph, prefix, member);
  const scaled = graph.node('Mul', `${prefix}/sloped`, [raw, graph.scalar(`${prefix}/slope`, member.slope)]);
  return graph.node('Add', `${prefix}/raw`, [scaled, graph.scalar(`${prefix}/offset`, member.offset)]);
}
