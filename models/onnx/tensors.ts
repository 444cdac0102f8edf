import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  TensorProto_DataLocation as Location,
  type TensorProto,
} from './generated/onnx_pb.ts';

/** Why a graph could not be read; `readOnnx` turns it into PACKAGE_INVALID. */
export class Unreadable extends Error {}

const utf8 = new TextDecoder();

function raw(tensor: TensorProto, what: string, type: DataType, size: number): ArrayBuffer {
  if (tensor.dataLocation === Location.EXTERNAL || tensor.externalData.length > 0)
    throw new Unreadable(`${what} stores its data outside the file`);
  if (tensor.dataType !== type) throw new Unreadable(`${what} has an unexpected type`);
  const elements = tensor.dims.reduce((product, dim) => product * dim, 1n);
  if (tensor.dims.some((dim) => dim < 0n) || elements * BigInt(size) !== BigInt(tensor.rawData.length))
    throw new Unreadable(`${what} has the shape [${tensor.dims}] but ${tensor.rawData.length} bytes`);
  return new Uint8Array(tensor.rawData).buffer;
}

/** Initializers of a graph by name. */
export class Tensors {
  readonly #byName: Map<string, TensorProto>;

  constructor(graph: GraphProto) {
    this.#byName = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  }

  #get(name: string): TensorProto {
    const tensor = this.#byName.get(name);
    if (!tensor) throw new Unreadable(`${name} is missing`);
    return tensor;
  }

  floats(name: string): Float32Array {
    return new Float32Array(raw(this.#get(name), name, DataType.FLOAT, 4));
  }

  /** Whole numbers that fit an Int32Array. */
  indices(name: string): Int32Array {
    return Int32Array.from(new BigInt64Array(raw(this.#get(name), name, DataType.INT64, 8)), Number);
  }

  scalar(name: string): number {
    const tensor = this.#get(name);
    if (tensor.dims.length > 0) throw new Unreadable(`${name} is not a single number`);
    return new Float64Array(raw(tensor, name, DataType.DOUBLE, 8))[0];
  }

  /** Checks every tensor, including those that nothing reads. */
  refuseExternal(): void {
    for (const tensor of this.#byName.values())
      if (tensor.dataLocation === Location.EXTERNAL || tensor.externalData.length > 0)
        throw new Unreadable(`${tensor.name} stores its data outside the file`);
  }
}

/** Attributes of one node by name. */
export class Attributes {
  readonly #byName: Map<string, AttributeProto>;

  constructor(attributes: readonly AttributeProto[]) {
    this.#byName = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  }

  #get(name: string, type: AttributeType): AttributeProto {
    const found = this.#byName.get(name);
    if (!found || found.type !== type) throw new Unreadable(`attribute ${name} is missing`);
    return found;
  }

  /** Whole numbers that fit an Int32Array. */
  ints(name: string): Int32Array {
    return Int32Array.from(this.#get(name, AttributeType.INTS).ints, Number);
  }

  texts(name: string): string[] {
    return this.#get(name, AttributeType.STRINGS).strings.map((bytes) => utf8.decode(bytes));
  }

  doubles(name: string): Float64Array {
    const { t } = this.#get(name, AttributeType.TENSOR);
    if (!t) throw new Unreadable(`attribute ${name} is empty`);
    return new Float64Array(raw(t, name, DataType.DOUBLE, 8));
  }
}
