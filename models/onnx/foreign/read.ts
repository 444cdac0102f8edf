import { fromBinary } from '@bufbuild/protobuf';
import type { FeatureColumn } from '../../../datasets/matrix.ts';
import { TouchlineError } from '../../../platform/errors.ts';
import type { Calibration, Member, ModelDefinition, Task } from '../../definition.ts';
import { unsupported } from '../../trees/nested-tree.ts';
import { type GraphProto, ModelProtoSchema, type NodeProto } from '../generated/onnx_pb.ts';
import { OPERATORS } from './operators.ts';
import { type Constant, constantOf } from './tensors.ts';
import { identityColumns, type Raw, type Value } from './value.ts';

export interface ForeignModel {
  definition: ModelDefinition;
  /** Name of the graph's input and of the output that the definition repeats. */
  input: string;
  output: string;
  /** True where a row with a missing value has an answer there. */
  takesMissing: boolean;
}

/** What the model is to be. */
export interface ForeignTarget {
  /** In the order of the graph's input. */
  columns: readonly FeatureColumn[];
  task: Task;
  scale?: readonly [number, number];
  /** Replaces missing values where the graph itself has no imputer, by column. */
  impute: readonly number[];
}

const MOST_NODES = 2_000;

/**
 * An ONNX model of another program as a definition of ours: trees, linear models and networks of dense layers, with the
 * scaling and imputing before them. What is read is what the graph says, so it can be explained, written again and
 * served like any other; whoever calls compares the answers of both.
 * @throws INVALID_FORMAT naming the operator that ours has no counterpart for
 */
export function readForeignOnnx(bytes: Uint8Array, target: ForeignTarget): ForeignModel {
  let graph: GraphProto | undefined;
  try {
    graph = fromBinary(ModelProtoSchema, bytes).graph;
  } catch (cause) {
    throw new TouchlineError('INVALID_FORMAT', 'This is no ONNX file, or a damaged one.', { cause });
  }
  if (!graph) throw unsupported('ONNX', 'it has no graph');
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, constantOf(tensor)]));
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  if (inputs.length !== 1)
    throw unsupported('ONNX', `it has ${inputs.length} inputs, and only one table of features can be given`);
  const input = inputs[0].name;
  const reader = new Reader(graph, constants, input, target.columns.length);
  const problems: string[] = [];
  for (const { name: output } of graph.output) {
    try {
      const { raw, calibration } = answerOf(reader.read(output), target.task);
      const { member, takesMissing } = memberOf(raw, target.impute);
      const definition: ModelDefinition = {
        task: target.task,
        columns: target.columns,
        members: [member],
        weights: Float32Array.of(1),
        calibration,
        ...(target.task === 'regression' && target.scale && { scale: target.scale }),
      };
      return { definition, input, output, takesMissing };
    } catch (error) {
      if (!(error instanceof TouchlineError) || error.code !== 'INVALID_FORMAT') throw error;
      problems.push(`output ${output}: ${error.message}`);
    }
  }
  throw new TouchlineError('INVALID_FORMAT', problems.join(' ') || 'This ONNX model has no output.');
}

/** Values of a graph, from the output that is asked for back to the input. */
class Reader {
  readonly #producers: Map<string, NodeProto>;
  readonly #known = new Map<string, Value>();
  readonly #constants: ReadonlyMap<string, Constant>;
  #left = MOST_NODES;

  constructor(graph: GraphProto, constants: ReadonlyMap<string, Constant>, input: string, width: number) {
    this.#constants = constants;
    this.#producers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
    this.#known.set(input, identityColumns(width));
  }

  read(name: string): Value {
    const known = this.#known.get(name);
    if (known) return known;
    const constant = this.#constants.get(name);
    if (constant) return { kind: 'constant', ...constant };
    const node = this.#producers.get(name);
    if (!node || --this.#left < 0) throw unsupported('ONNX', `nothing gives ${JSON.stringify(name)}`);
    const operator = Object.hasOwn(OPERATORS, node.opType) ? OPERATORS[node.opType] : undefined;
    if (!operator) throw unsupported('ONNX', `the operator ${node.opType} has no counterpart here`);
    const value = operator(
      node,
      node.input.map((from) => (from === '' ? undefined : this.read(from))),
      name,
    );
    this.#known.set(name, value);
    return value;
  }
}

/** Raw output and what makes the answer of it. */
function answerOf(value: Value, task: Task): { raw: Raw; calibration: Calibration } {
  if (task === 'regression') {
    if (value.kind === 'network' || value.kind === 'trees')
      return { raw: value, calibration: { kind: 'identity' } };
    throw unsupported('ONNX', `it gives ${value.kind} where a score is needed`);
  }
  if (value.kind === 'probability') return { raw: value.of, calibration: { kind: 'identity' } };
  // A share of votes is a probability already: it is passed on as it is.
  if (value.kind === 'share')
    return {
      raw: value.of,
      calibration: { kind: 'isotonic', x: Float32Array.of(0, 1), y: Float32Array.of(0, 1) },
    };
  throw unsupported('ONNX', `it gives ${value.kind} where a probability is needed`);
}

function memberOf(raw: Raw, impute: readonly number[]): { member: Member; takesMissing: boolean } {
  const common = { name: 'imported', slope: raw.slope, offset: raw.offset };
  if (raw.kind === 'trees') {
    const { trees, compare, base, aggregate } = raw;
    return { member: { ...common, kind: 'trees', trees, compare, base, aggregate }, takesMissing: true };
  }
  const { columns, layers } = raw;
  const input = {
    impute: Float32Array.from(columns.impute ?? impute),
    mean: Float32Array.from(columns.mean),
    scale: Float32Array.from(columns.scale),
  };
  const takesMissing = columns.impute !== undefined;
  const [first] = layers;
  if (layers.at(-1)?.units !== 1)
    throw unsupported('ONNX', `it gives ${layers.at(-1)?.units ?? 0} values a row`);
  if (layers.length > 1 || first.activation !== 'linear') {
    const dense = layers.map(({ weights, bias, units, activation }) => ({
      weights: Float32Array.from(weights),
      bias: Float32Array.from(bias),
      units,
      activation,
    }));
    return { member: { ...common, kind: 'network', input, layers: dense }, takesMissing };
  }
  const weights = Float32Array.from(first.weights);
  return { member: { ...common, kind: 'linear', input, weights, intercept: first.bias[0] }, takesMissing };
}
