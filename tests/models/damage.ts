import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  FunctionProtoSchema,
  TensorProto_DataLocation as Location,
  type ModelProto,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
} from '../../models/onnx/generated/onnx_pb.ts';
import type { PackageFiles } from '../../models/package/package.ts';
import { hashBytes } from '../../platform/hash.ts';
import { seeded } from '../../platform/random.ts';

export type Change = (files: Map<string, Uint8Array>) => unknown;

const put = (target: object, key: string | number, value: unknown) => Object.assign(target, { [key]: value });

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

const onnx =
  (change: (model: ModelProto) => unknown): Change =>
  (files) => {
    const model = fromBinary(ModelProtoSchema, files.get('model.onnx')!);
    change(model);
    files.set('model.onnx', toBinary(ModelProtoSchema, model));
  };

const tensorsOf = (model: ModelProto): TensorProto[] => [
  ...model.graph!.initializer,
  ...model.graph!.node.flatMap((node) => node.attribute.flatMap((attribute) => attribute.t ?? [])),
];

// biome-ignore lint/suspicious/noExplicitAny: damages JSON of any shape
const json = (name: string, change: (value: any) => unknown): Change => {
  return (files) => {
    const value = JSON.parse(text(files.get(name)!));
    change(value);
    files.set(name, bytes(JSON.stringify(value)));
  };
};

/** Updates the hashes in the signature, so that the checks behind them must reject the package. */
function resealed(change: Change): Change {
  return (files) => {
    change(files);
    const signature = files.get('signature.json');
    if (!signature) return;
    const value = JSON.parse(text(signature));
    for (const [name, content] of files) if (name in value.files) value.files[name] = hashBytes(content);
    files.set('signature.json', bytes(JSON.stringify(value)));
  };
}

const NAMED: [string, Change][] = [
  ['a path that leaves the folder', (files) => files.set('../evil.txt', bytes('x'))],
  ['an absolute path', (files) => files.set('/etc/evil', bytes('x'))],
  ['a Windows path', (files) => files.set('..\\evil', bytes('x'))],
  ['an unknown file', (files) => files.set('notes.txt', bytes('x'))],
  ['the name of a property of Object', (files) => files.set('constructor', bytes('x'))],
  [
    'a relative path to a file of the package',
    (files) => files.set('./model.onnx', files.get('model.onnx')!),
  ],
  ...['model.onnx', 'signature.json', 'features.json', 'golden.json', 'reference.json', 'MLmodel'].map(
    (name): [string, Change] => [`no ${name}`, (files) => files.delete(name)],
  ),
  ['a manifest that is too large', (files) => files.set('MLmodel', new Uint8Array(5 * 1024 * 1024))],
  ['JSON in Latin-1', (files) => files.set('features.json', Uint8Array.of(0x22, 0xe9, 0x22))],
  ['a run in MLmodel', (files) => files.set('MLmodel', bytes(`run_id: 1\n${text(files.get('MLmodel')!)}`))],
  ['external data', onnx((m) => Object.assign(tensorsOf(m)[0], { dataLocation: Location.EXTERNAL }))],
  [
    'a path to external data',
    onnx((m) => {
      const entry = create(StringStringEntryProtoSchema, { key: 'location', value: '/etc/passwd' });
      for (const tensor of tensorsOf(m)) tensor.externalData.push(entry);
    }),
  ],
  ['huge dimensions', onnx((m) => tensorsOf(m).map((tensor) => tensor.dims.fill(1n << 62n)))],
  ['negative dimensions', onnx((m) => tensorsOf(m).map((tensor) => tensor.dims.fill(-1n)))],
  ['no graph', onnx((m) => put(m, 'graph', undefined))],
  ['no metadata', onnx((m) => m.metadataProps.pop())],
  ['another opset', onnx((m) => put(m.opsetImport[0], 'version', 99n))],
  ['another operator', onnx((m) => put(m.graph!.node[0], 'opType', 'Loop'))],
  ['an operator of a custom domain', onnx((m) => put(m.graph!.node[0], 'domain', 'evil'))],
  ['an extra node', onnx((m) => m.graph!.node.push(m.graph!.node[0]))],
  ['reversed nodes', onnx((m) => m.graph!.node.reverse())],
  ['no nodes', onnx((m) => m.graph!.node.splice(0))],
  ['no tensors', onnx((m) => m.graph!.initializer.splice(0))],
  ['another input shape', onnx((m) => m.graph!.input.push(m.graph!.input[0]))],
  ['an extra output', onnx((m) => m.graph!.output.push(m.graph!.output[0]))],
  ['a function next to the graph', onnx((m) => m.functions.push(create(FunctionProtoSchema, { name: 'f' })))],
  [
    'golden outputs of another model',
    json('golden.json', (g) =>
      put(g.cases[0].outputs.members[0], 0, 0.001 + g.cases[0].outputs.members[0][0]),
    ),
  ],
  ['golden outputs missing', json('golden.json', (g) => g.cases[0].outputs.members.pop())],
  ['unknown golden outputs', json('golden.json', (g) => put(g.cases[0].outputs, 'other', [1]))],
  ['golden rows too short', json('golden.json', (g) => g.cases[0].inputs.features[0].pop())],
  ['no golden cases', json('golden.json', (g) => g.cases.pop())],
  ['text in golden rows', json('golden.json', (g) => put(g.cases[0].inputs.features[0], 0, 'NaN'))],
  ['another width', json('signature.json', (s) => put(s.input.shape, 1, s.input.shape[1] + 1))],
  ['columns in another order', json('signature.json', (s) => s.input.columns.reverse())],
  ['another task', json('signature.json', (s) => put(s, 'task', 'ranking'))],
  ['an extra member', json('signature.json', (s) => s.members.push('ghost'))],
  ['a future format', json('signature.json', (s) => put(s, 'format', 2))],
  ['an unknown field', json('signature.json', (s) => put(s, 'exec', 'rm'))],
  ['columns missing in the reference', json('reference.json', (r) => r.columns.pop())],
  ['features in another order', json('features.json', (f) => f.columns.reverse())],
  ['background rows of another width', json('reference.json', (r) => put(r, 'background', [[1]]))],
];

/** Writes a value that is not finite into one tensor. */
const poisoned = (which: number, value: number): Change =>
  onnx((m) => {
    const tensors = tensorsOf(m).filter((tensor) => tensor.dataType === 1 || tensor.dataType === 11);
    const tensor = tensors[which % tensors.length];
    const view = new DataView(tensor.rawData.buffer, tensor.rawData.byteOffset, tensor.rawData.byteLength);
    if (tensor.dataType === 1) view.setFloat32(0, value, true);
    else view.setFloat64(0, value, true);
  });

/** About 220 ways to damage a package, by name. */
export function damages(files: PackageFiles): [string, Change][] {
  const random = seeded(1, 'damage');
  // A changed signature may be a valid package of another product, which only the expected hash can detect.
  const names = [...files.keys()].filter((name) => name !== 'signature.json');
  const all = NAMED.map(([name, change]): [string, Change] => [name, resealed(change)]);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    for (let which = 0; which < 12; which++)
      all.push([`${value} in tensor ${which}`, resealed(poisoned(which, value))]);
  for (let i = 0; i < 60; i++) {
    const name = names[i % names.length];
    const length = files.get(name)!.length;
    const at = random.integer(length);
    all.push([`${name} cut at ${at} of ${length}`, (bad) => bad.set(name, bad.get(name)!.slice(0, at))]);
  }
  for (let i = 0; i < 80; i++) {
    const name = names[i % names.length];
    const at = random.integer(files.get(name)!.length * 8);
    all.push([
      `${name} with bit ${at} flipped`,
      (bad) => {
        const copy = bad.get(name)!.slice();
        copy[at >> 3] ^= 1 << (at & 7);
        bad.set(name, copy);
      },
    ]);
  }
  return all;
}
