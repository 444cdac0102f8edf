import { canonicalJson } from '../../platform/hash.ts';
import { explainerOf } from '../explain/explain.ts';
import type { Device } from '../onnx/device.ts';
import { readOnnx } from '../onnx/read.ts';
import { predictFully } from '../predict.ts';
import { checkFiles, invalid, manifestOf, packageHash } from './files.ts';
import { checkParity, outputsOf, valuesOf } from './golden.ts';
import type { LoadedModel, PackageFiles, Signature } from './package.ts';
import { featuresSchema, goldenSchema, parseFile, referenceSchema, signatureSchema } from './schemas.ts';
import { openSession } from './session.ts';
import { mlmodelOf, signatureOf } from './signature.ts';

export interface LoadOptions {
  /** Expected content hash of the package; any other is PACKAGE_INVALID. */
  hash?: string;
  /** Device that computes predictions, as `chooseDevice` returned it; default: the CPU. */
  device?: Device;
}

function checkHashes(files: PackageFiles, signature: Signature): void {
  const { 'signature.json': _, ...found } = manifestOf(files);
  for (const [name, hash] of Object.entries(found))
    if (signature.files[name] !== hash) throw invalid(`${name} does not match its hash in signature.json`);
}

/** Reads and checks every file of a package without starting a runtime. */
export function readPackage(files: PackageFiles, expected?: string) {
  checkFiles(files);
  const hash = packageHash(files);
  if (expected !== undefined && hash !== expected)
    throw invalid(`its files hash to ${hash} and not to ${expected}: it is not the package that was stored`);
  const signature = parseFile(files, 'signature.json', signatureSchema);
  checkHashes(files, signature);
  const features = parseFile(files, 'features.json', featuresSchema);
  const golden = parseFile(files, 'golden.json', goldenSchema);
  const reference = parseFile(files, 'reference.json', referenceSchema);
  const onnx = files.get('model.onnx') as Uint8Array;
  const definition = readOnnx(onnx);
  const said = signatureOf(definition, signature.product, signature.estimator);
  if (canonicalJson({ ...said, files: signature.files }) !== canonicalJson(signature))
    throw invalid('signature.json and model.onnx disagree');
  if (new TextDecoder().decode(files.get('MLmodel')) !== mlmodelOf(signature))
    throw invalid('MLmodel and signature.json disagree');
  const names = (columns: readonly { name: string }[]) => columns.map((column) => column.name).join('\n');
  if (names(reference.columns) !== names(definition.columns))
    throw invalid('reference.json and model.onnx have different columns');
  if (features.columns.join('\n') !== names(definition.columns))
    throw invalid('features.json and model.onnx have different columns');
  const explain = explainerOf(definition, reference);
  return { hash, signature, features, golden, reference, onnx, definition, explain };
}

/**
 * Loads a package: checks every file, reads the graph back, and repeats the golden outputs with the runtime that will
 * serve and with our own evaluator.
 * @throws PACKAGE_INVALID or PARITY_FAILED with the reason
 */
export async function loadPackage(files: PackageFiles, options: LoadOptions = {}): Promise<LoadedModel> {
  const { golden, onnx, definition, explain, ...read } = readPackage(files, options.hash);
  const { signature } = read;
  const { device = 'cpu' } = options;
  const session = await openSession(onnx, signature, device);
  try {
    for (const { inputs, outputs } of golden.cases) {
      const values = valuesOf(inputs.features, definition.columns.length);
      checkParity(
        outputs,
        outputsOf(signature, await session.run(values)),
        device === 'cpu' ? 'onnxruntime' : `onnxruntime on ${device}`,
      );
      checkParity(outputs, outputsOf(signature, predictFully(definition, values)), 'our own evaluator');
    }
  } catch (error) {
    await session.close();
    throw error;
  }
  return {
    ...read,
    definition,
    name: signature.estimator,
    device,
    predict: (values) => session.run(values),
    explain: async (row) => explain(row),
    close: () => session.close(),
  };
}
