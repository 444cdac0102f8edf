import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { TouchlineError } from '../../../platform/errors.ts';
import { unsupported } from '../../trees/nested-tree.ts';
import {
  TensorProto_DataLocation as Location,
  type ModelProto,
  ModelProtoSchema,
} from '../generated/onnx_pb.ts';

/**
 * Moves external tensor data into the model: MLflow's Python client stores large tensors in files next to it. Only the
 * given files are read, by their plain names.
 * @param files those in the folder of the model, by name
 * @throws INVALID_FORMAT where a file is missing or too short, or the model is not ONNX
 */
export function inlineTensors(bytes: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new TouchlineError('INVALID_FORMAT', 'This is not an ONNX file, or it is damaged.', { cause });
  }
  for (const tensor of model.graph?.initializer ?? []) {
    if (tensor.dataLocation !== Location.EXTERNAL) continue;
    const location = Object.fromEntries(tensor.externalData.map(({ key, value }) => [key, value]));
    const file = files.get(location.location ?? '');
    const offset = Number(location.offset ?? 0);
    const length = location.length === undefined ? (file?.length ?? 0) - offset : Number(location.length);
    if (file === undefined || !(offset >= 0 && length >= 0 && offset + length <= file.length))
      throw unsupported('ONNX', `the data of ${tensor.name} is not in the files of the version`);
    tensor.rawData = file.slice(offset, offset + length);
    tensor.externalData = [];
    tensor.dataLocation = Location.DEFAULT;
  }
  return toBinary(ModelProtoSchema, model);
}
