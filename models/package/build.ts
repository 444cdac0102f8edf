import { canonicalJson } from '../../platform/hash.ts';
import type { ModelDefinition } from '../definition.ts';
import { writeOnnx } from '../onnx/write.ts';
import { predictFully } from '../predict.ts';
import { checkFiles, invalid, manifestOf, packageHash } from './files.ts';
import { outputsOf, rowsOf } from './golden.ts';
import { loadPackage } from './load.ts';
import type { FeaturesFile, PackageFiles, ReferenceProfile } from './package.ts';
import type { Golden } from './schemas.ts';
import { mlmodelOf, signatureOf } from './signature.ts';

export interface PackageContents {
  definition: ModelDefinition;
  product: string;
  /** Name of the estimator that fitted it. */
  estimator: string;
  features: FeaturesFile;
  reference: ReferenceProfile;
  /** Rows whose outputs every load must reproduce: row-major float32, NaN where missing. */
  golden: Float32Array;
}

const MAX_BACKGROUND = 16;

/** Background for sampled explanations: rows that have at least one value. */
function backgroundFrom(rows: (number | null)[][]): (number | null)[][] {
  return rows.filter((row) => row.some((x) => x !== null)).slice(0, MAX_BACKGROUND);
}

/**
 * Writes a package and loads it once, so that every package returned answers as its trainer did. The same contents always
 * give the same hash.
 * @throws PACKAGE_INVALID (NaN weights, wrong shapes, no golden rows); PARITY_FAILED
 */
export async function buildPackage(
  contents: PackageContents,
): Promise<{ hash: string; files: PackageFiles }> {
  const { definition, product, estimator, features, golden } = contents;
  const onnx = writeOnnx(definition);
  const signature = signatureOf(definition, product, estimator);
  const rows = rowsOf(golden, definition.columns.length);
  if (rows.length === 0 || !Number.isInteger(rows.length)) throw invalid('it has no golden rows');
  const outputs = outputsOf(signature, predictFully(definition, golden));
  const cases: Golden = { cases: [{ inputs: { features: rows }, outputs }] };
  const isSampled = definition.members.some((member) => member.kind === 'network');
  const background = contents.reference.background ?? backgroundFrom(rows);
  const reference = isSampled ? { ...contents.reference, background } : contents.reference;

  const text = new TextEncoder();
  const json = (value: unknown) => text.encode(canonicalJson(value));
  const others: PackageFiles = new Map([
    ['model.onnx', onnx],
    ['features.json', json({ ...features, columns: definition.columns.map((column) => column.name) })],
    ['golden.json', json(cases)],
    ['reference.json', json(reference)],
    ['MLmodel', text.encode(mlmodelOf(signature))],
  ]);
  const withHashes = { ...signature, files: manifestOf(others) };
  const files: PackageFiles = new Map([...others, ['signature.json', json(withHashes)]]);
  checkFiles(files);
  const loaded = await loadPackage(files);
  await loaded.close();
  return { hash: packageHash(files), files };
}
