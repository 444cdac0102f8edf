import { TouchlineError } from '../../platform/errors.ts';
import { hashBytes, hashJson } from '../../platform/hash.ts';
import type { PackageFiles } from './package.ts';

const MIB = 1024 * 1024;

/** Every file of a package with its maximum size in bytes. */
const FILE_LIMITS: Readonly<Record<string, number>> = {
  'model.onnx': 256 * MIB,
  'signature.json': 4 * MIB,
  'features.json': 64 * MIB,
  'golden.json': 16 * MIB,
  'reference.json': 64 * MIB,
  MLmodel: 4 * MIB,
};

export function invalid(reason: string, cause?: unknown): TouchlineError {
  return new TouchlineError('PACKAGE_INVALID', `The package cannot be used: ${reason}.`, {
    cause,
    details: { reason },
  });
}

/** @throws PACKAGE_INVALID unless the names are exactly the files of a package */
export function checkNames(names: Iterable<string>): void {
  const found = new Set(names);
  for (const name of found)
    if (!Object.hasOwn(FILE_LIMITS, name))
      throw invalid(`${JSON.stringify(name)} does not belong to a package`);
  for (const name of Object.keys(FILE_LIMITS)) if (!found.has(name)) throw invalid(`${name} is missing`);
}

export function checkSize(name: string, bytes: number): void {
  if (bytes > FILE_LIMITS[name])
    throw invalid(`${name} has ${bytes} bytes, but at most ${FILE_LIMITS[name]} are allowed`);
}

/** Checks names and sizes. @throws PACKAGE_INVALID */
export function checkFiles(files: PackageFiles): void {
  checkNames(files.keys());
  for (const [name, bytes] of files) checkSize(name, bytes.length);
}

/** SHA-256 of each file by its path: the manifest under which a package is stored. */
export function manifestOf(files: PackageFiles): Record<string, string> {
  return Object.fromEntries([...files].map(([name, bytes]) => [name, hashBytes(bytes)]));
}

/** Content hash of a package: the hash of its manifest as canonical JSON, independent of the order of the files. */
export function packageHash(files: PackageFiles): string {
  return hashJson(manifestOf(files));
}
