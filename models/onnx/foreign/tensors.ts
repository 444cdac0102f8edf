import { unsupported } from '../../trees/nested-tree.ts';
import {
  type AttributeProto,
  TensorProto_DataType as DataType,
  TensorProto_DataLocation as Location,
  type NodeProto,
  type TensorProto,
} from '../generated/onnx_pb.ts';

/** A constant of a graph: its shape and its numbers, converted to float64. */
export interface Constant {
  dims: number[];
  values: Float64Array;
}

/** Reads a tensor. @throws INVALID_FORMAT where its data is outside the file or its type is not supported */
export function constantOf(tensor: TensorProto): Constant {
  const what = `tensor ${JSON.stringify(tensor.name)}`;
  if (tensor.dataLocation === Location.EXTERNAL || tensor.externalData.length > 0)
    throw unsupported('ONNX', `${what} stores its data outside the file`);
  const dims = tensor.dims.map(Number);
  const raw = new Uint8Array(tensor.rawData).buffer;
  const stored = raw.byteLength > 0;
  let values: ArrayLike<number>;
  if (tensor.dataType === DataType.FLOAT) values = stored ? new Float32Array(raw) : tensor.floatData;
  else if (tensor.dataType === DataType.DOUBLE) values = stored ? new Float64Array(raw) : tensor.doubleData;
  else if (tensor.dataType === DataType.INT32) values = stored ? new Int32Array(raw) : tensor.int32Data;
  else if (tensor.dataType === DataType.INT64)
    values = Array.from(stored ? new BigInt64Array(raw) : tensor.int64Data, Number);
  else throw unsupported('ONNX', `${what} has the type ${DataType[tensor.dataType] ?? tensor.dataType}`);
  if (dims.reduce((product, dim) => product * dim, 1) !== values.length)
    throw unsupported('ONNX', `${what} has the shape [${dims}] but ${values.length} numbers`);
  return { dims, values: Float64Array.from(values) };
}

const utf8 = new TextDecoder();

/** Attributes of a node by name, with a default where one is absent. */
export class NodeAttributes {
  readonly #byName: Map<string, AttributeProto>;

  constructor(node: NodeProto) {
    this.#byName = new Map(node.attribute.map((attribute) => [attribute.name, attribute]));
  }

  integer(name: string, absent: number): number {
    const found = this.#byName.get(name);
    return found ? Number(found.i) : absent;
  }

  float(name: string, absent: number): number {
    return this.#byName.get(name)?.f ?? absent;
  }

  text(name: string, absent: string): string {
    const found = this.#byName.get(name);
    return found ? utf8.decode(found.s) : absent;
  }

  integers(name: string): number[] {
    return (this.#byName.get(name)?.ints ?? []).map(Number);
  }

  /** Also reads them from a tensor, under `<name>_as_tensor`. */
  floats(name: string): number[] {
    const tensor = this.#byName.get(`${name}_as_tensor`)?.t;
    return tensor ? [...constantOf(tensor).values] : (this.#byName.get(name)?.floats ?? []);
  }

  texts(name: string): string[] {
    return (this.#byName.get(name)?.strings ?? []).map((bytes) => utf8.decode(bytes));
  }

  /** The attribute's own tensor. */
  tensor(name: string): Constant | undefined {
    const tensor = this.#byName.get(name)?.t;
    return tensor && constantOf(tensor);
  }
}
