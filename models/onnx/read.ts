import { fromBinary } from '@bufbuild/protobuf';
import { TouchlineError } from '../../platform/errors.ts';
import { checkDefinition } from '../check-definition.ts';
import type {
  Calibration,
  DenseLayer,
  Hinges,
  Member,
  ModelDefinition,
  Standardizer,
} from '../definition.ts';
import { type GraphProto, ModelProtoSchema } from './generated/onnx_pb.ts';
import { readTrees } from './read-trees.ts';
import { METADATA_KEY, type MemberStructure, parseStructure, type Structure } from './structure.ts';
import { Tensors, Unreadable } from './tensors.ts';
import { writeOnnx } from './write.ts';

function readStandardizer(tensors: Tensors, prefix: string): Standardizer {
  const part = (name: string) => tensors.floats(`${prefix}/${name}`);
  return { impute: part('impute'), mean: part('mean'), scale: part('scale') };
}

function readHinges(tensors: Tensors, at: string): Hinges {
  const part = (name: string) => tensors.floats(`${at}/${name}`);
  return {
    column: tensors.indices(`${at}/column`),
    knot: part('knot'),
    center: part('center'),
    weight: part('weight'),
  };
}

function readLayer(tensors: Tensors, at: string, activation: DenseLayer['activation']): DenseLayer {
  const bias = tensors.floats(`${at}/bias`);
  return { weights: tensors.floats(`${at}/weights`), bias, units: bias.length, activation };
}

function readMember(graph: GraphProto, tensors: Tensors, index: number, structure: MemberStructure): Member {
  const prefix = `member_${index}`;
  const common = {
    name: structure.name,
    slope: tensors.scalar(`${prefix}/slope`),
    offset: tensors.scalar(`${prefix}/offset`),
  };
  if (structure.kind === 'trees') {
    const node = graph.node.find((candidate) => candidate.name === `${prefix}/trees`);
    if (!node) throw new Unreadable(`${prefix}/trees is missing`);
    const { kind, compare, aggregate } = structure;
    return {
      ...common,
      kind,
      compare,
      aggregate,
      base: tensors.scalar(`${prefix}/base`),
      trees: readTrees(node),
    };
  }
  const input = readStandardizer(tensors, prefix);
  if (structure.kind === 'linear') {
    const intercept = tensors.scalar(`${prefix}/intercept`);
    const hinges = structure.hinges && readHinges(tensors, `${prefix}/hinges`);
    const weights = tensors.floats(`${prefix}/weights`);
    return { ...common, kind: 'linear', input, weights, intercept, ...(hinges && { hinges }) };
  }
  const layers = structure.activations.map((activation, i) =>
    readLayer(tensors, `${prefix}/layer_${i}`, activation),
  );
  return { ...common, kind: 'network', input, layers };
}

function readCalibration(tensors: Tensors, kind: Structure['calibration']): Calibration {
  if (kind === 'identity') return { kind };
  if (kind === 'isotonic')
    return { kind, x: tensors.floats('calibration/x'), y: tensors.floats('calibration/y') };
  return {
    kind,
    slope: tensors.scalar('calibration/slope'),
    intercept: tensors.scalar('calibration/intercept'),
  };
}

function parse(bytes: Uint8Array): ModelDefinition {
  const model = fromBinary(ModelProtoSchema, bytes);
  const metadata = model.metadataProps.find((entry) => entry.key === METADATA_KEY);
  if (!model.graph || !metadata) throw new Unreadable('it was not written by Touchline');
  const structure = parseStructure(JSON.parse(metadata.value));
  const tensors = new Tensors(model.graph);
  tensors.refuseExternal();
  const graph = model.graph;
  return {
    task: structure.task,
    columns: structure.columns,
    members: structure.members.map((member, index) => readMember(graph, tensors, index, member)),
    weights: tensors.floats('members/weights'),
    calibration: readCalibration(tensors, structure.calibration),
    ...(structure.scale && { scale: structure.scale }),
    ...(structure.interval && {
      interval: { ...structure.interval, halfWidths: tensors.floats('interval/half_widths') },
    }),
  };
}

/**
 * Reads the definition back from a model written by {@link writeOnnx}. Writing that definition again must give the same
 * bytes; any other graph is refused. So what is explained is what is served, and no hostile graph ever reaches the runtime.
 * @throws PACKAGE_INVALID with the reason
 */
export function readOnnx(bytes: Uint8Array): ModelDefinition {
  let model: ModelDefinition;
  try {
    model = parse(bytes);
  } catch (error) {
    if (error instanceof TouchlineError) throw error;
    const reason = error instanceof Unreadable ? error.message : 'it is damaged or not an ONNX file';
    throw new TouchlineError('PACKAGE_INVALID', `The ONNX model cannot be read: ${reason}.`, {
      cause: error,
      details: { reason },
    });
  }
  checkDefinition(model);
  if (Buffer.compare(writeOnnx(model), bytes) !== 0)
    throw new TouchlineError(
      'PACKAGE_INVALID',
      'The ONNX model was changed after it was written: its graph does not match its own weights.',
      { details: { reason: 'graph changed' } },
    );
  return model;
}
