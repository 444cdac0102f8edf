import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { TouchlineError } from '../../../platform/errors.ts';
import { unsupported } from '../../trees/nested-tree.ts';
import {
  TensorProto_DataLocation as Location,
  type ModelProto,
  ModelProtoSchema,
} from '../generated/onnx_pb.ts';

/**
 * A model in one piece: numbers that lie in files beside it, as MLflow's Python writes large ones, are put inside. Only
 * files that were handed in are looked at, by their plain names.
 * @param beside files of the folder of the model, by name.
 * @throws INVALID_FORMAT
 */
export function inlineTensors(bytes: Uint8Array, beside: ReadonlyMap<string, Uint8Array>): Uint8Array {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new TouchlineError('INVALID_FORMAT', 'This is no ONNX file, or a damaged one.', { cause });
  }
  for (const tensor of model.graph?.initializer ?? []) {
    if (tensor.dataLocation !== Location.EXTERNAL) continue;
    const said = Object.fromEntries(tensor.externalData.map(({ key, value }) => [key, value]));
    const file = beside.get(said.location ?? '');
    const offset = Number(said.offset ?? 0);
    const length = said.length === undefined ? (file?.length ?? 0) - offset : Number(said.length);
    if (file === undefined || !(offset >= 0 && length >= 0 && offset + length <= file.length))
      throw unsupported('ONNX', `the numbers of ${tensor.name} are not in the files of the version`);
    tensor.rawData = file.slice(offset, offset + length);
    tensor.externalData = [];
    tensor.dataLocation = Location.DEFAULT;
  }
  return toBinary(ModelProtoSchema, model);
}
