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
  /** Names of the graph's input, and of the output that the definition reproduces. */
  input: string;
  output: string;
  /** Whether the original model accepts missing values. */
  takesMissing: boolean;
}

/** The product that the model is imported for. */
export interface ForeignTarget {
  /** In the order of the graph's input. */
  columns: readonly FeatureColumn[];
  task: Task;
  scale?: readonly [number, number];
  /** Imputed value of each column, used where the graph itself has no imputer. */
  impute: readonly number[];
}

const MAX_NODES = 2_000;

/**
 * Translates an ONNX model of another program into a definition: trees, linear models and networks of dense layers, with
 * the imputing and scaling before them. The result can be explained, written and served like any other definition. The
 * caller compares the predictions of both.
 * @throws INVALID_FORMAT naming the operator that cannot be translated
 */
export function readForeignOnnx(bytes: Uint8Array, target: ForeignTarget): ForeignModel {
  let graph: GraphProto | undefined;
  try {
    graph = fromBinary(ModelProtoSchema, bytes).graph;
  } catch (cause) {
    throw new TouchlineError('INVALID_FORMAT', 'This is not an ONNX file, or it is damaged.', { cause });
  }
  if (!graph) throw unsupported('ONNX', 'it has no graph');
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, constantOf(tensor)]));
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  if (inputs.length !== 1)
    throw unsupported(
      'ONNX',
      `it has ${inputs.length} inputs, but exactly one table of features is supported`,
    );
  const input = inputs[0].name;
  const reader = new Reader(graph, constants, input, target.columns.length);
  const problems: string[] = [];
  for (const { name: output } of graph.output) {
    try {
      const { raw, calibration } = splitCalibration(reader.read(output), target.task);
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

/** Evaluates a graph symbolically, from an output back to the input. */
class Reader {
  readonly #producers: Map<string, NodeProto>;
  readonly #known = new Map<string, Value>();
  readonly #constants: ReadonlyMap<string, Constant>;
  #left = MAX_NODES;

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
    if (!node || --this.#left < 0) throw unsupported('ONNX', `no node produces ${JSON.stringify(name)}`);
    const operator = Object.hasOwn(OPERATORS, node.opType) ? OPERATORS[node.opType] : undefined;
    if (!operator) throw unsupported('ONNX', `the operator ${node.opType} is not supported`);
    const value = operator(
      node,
      node.input.map((from) => (from === '' ? undefined : this.read(from))),
      name,
    );
    this.#known.set(name, value);
    return value;
  }
}

/** Splits an output into the raw model and its calibration. */
function splitCalibration(value: Value, task: Task): { raw: Raw; calibration: Calibration } {
  if (task === 'regression') {
    if (value.kind === 'network' || value.kind === 'trees')
      return { raw: value, calibration: { kind: 'identity' } };
    throw unsupported('ONNX', `its output is of kind ${value.kind}, not a score`);
  }
  if (value.kind === 'probability') return { raw: value.of, calibration: { kind: 'identity' } };
  // A share of votes already is a probability: the calibration is the identity.
  if (value.kind === 'share')
    return {
      raw: value.of,
      calibration: { kind: 'isotonic', x: Float32Array.of(0, 1), y: Float32Array.of(0, 1) },
    };
  throw unsupported('ONNX', `its output is of kind ${value.kind}, not a probability`);
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
    throw unsupported('ONNX', `it gives ${layers.at(-1)?.units ?? 0} values per row`);
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
