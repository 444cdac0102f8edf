import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.ts';

const utf8 = new TextEncoder();

/** Domain of the operators for classical machine learning. */
export const ML = 'ai.onnx.ml';

const bytesOf = (values: Float32Array | Float64Array | BigInt64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function tensor(name: string, values: Float32Array | Float64Array | BigInt64Array, dims: readonly number[]) {
  const dataType =
    values instanceof Float32Array
      ? DataType.FLOAT
      : values instanceof Float64Array
        ? DataType.DOUBLE
        : DataType.INT64;
  return create(TensorProtoSchema, { name, dims: dims.map(BigInt), dataType, rawData: bytesOf(values) });
}

/** Attributes by type; protobuf stores each type in a field of its own. */
export const attribute = {
  int: (name: string, i: number): AttributeProto =>
    create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(i) }),
  ints: (name: string, ints: ArrayLike<number>): AttributeProto =>
    create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: Array.from(ints, BigInt) }),
  text: (name: string, s: string): AttributeProto =>
    create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: utf8.encode(s) }),
  texts: (name: string, strings: readonly string[]): AttributeProto => {
    const known = new Map(strings.map((s) => [s, utf8.encode(s)]));
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRINGS,
      strings: strings.map((s) => known.get(s) as Uint8Array),
    });
  },
  doubles: (name: string, values: Float64Array): AttributeProto =>
    create(AttributeProtoSchema, {
      name,
      type: AttributeType.TENSOR,
      t: tensor('', values, [values.length]),
    }),
};

/** Collects the nodes and constants of one graph. Values have the name of the node that produces them. */
export class Graph {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly outputs: ValueInfoProto[] = [];

  /** Adds a node with one output. @returns the name of the output, which is also the node's name */
  node(
    opType: string,
    name: string,
    input: string[],
    attributes: AttributeProto[] = [],
    domain = '',
  ): string {
    this.nodes.push(
      create(NodeProtoSchema, { opType, name, input, output: [name], attribute: attributes, domain }),
    );
    return name;
  }

  constant(
    name: string,
    values: Float32Array | Float64Array | BigInt64Array,
    dims: readonly number[],
  ): string {
    this.initializers.push(tensor(name, values, dims));
    return name;
  }

  /** A float64 scalar. */
  scalar(name: string, value: number): string {
    return this.constant(name, Float64Array.of(value), []);
  }

  /** An int64 vector. */
  indices(name: string, values: readonly number[]): string {
    return this.constant(name, BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** A float32 constant, widened in the graph: this halves the bytes, and reading it back gives the exact floats. */
  wide(name: string, values: Float32Array, dims: readonly number[]): string {
    return this.double(`${name}/double`, this.constant(name, values, dims));
  }

  double(name: string, input: string): string {
    return this.node('Cast', name, [input], [attribute.int('to', DataType.DOUBLE)]);
  }

  float(name: string, input: string): string {
    return this.node('Cast', name, [input], [attribute.int('to', DataType.FLOAT)]);
  }

  /** Declares a float32 output under the name of its node; a vector where `columns` is absent. */
  output(name: string, input: string, columns?: number): void {
    this.float(name, input);
    this.outputs.push(valueInfo(name, columns));
  }

  /** The finished model: opset 17, ai.onnx.ml 3, one input `features` [N, width]. */
  toBytes(width: number, metadata: Record<string, string>): Uint8Array {
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 8n,
        producerName: 'touchline',
        opsetImport: [
          { domain: '', version: 17n },
          { domain: ML, version: 3n },
        ],
        graph: {
          name: 'touchline',
          node: this.nodes,
          initializer: this.initializers,
          input: [valueInfo('features', width)],
          output: this.outputs,
        },
        metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      }),
    );
  }
}

function valueInfo(name: string, columns?: number): ValueInfoProto {
  const rows = { value: { case: 'dimParam', value: 'N' } } as const;
  const dim =
    columns === undefined ? [rows] : [rows, { value: { case: 'dimValue', value: BigInt(columns) } } as const];
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: DataType.FLOAT, shape: { dim } } } },
  });
}
