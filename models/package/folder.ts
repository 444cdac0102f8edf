import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TouchlineError } from '../../platform/errors.ts';
import { checkFiles, checkNames, checkSize, invalid, packageHash } from './files.ts';
import type { PackageFiles } from './package.ts';

/** Writes a package as a folder, which MLflow and any ONNX runtime can open. The folder is created; files are replaced. */
export async function writePackageFolder(files: PackageFiles, folder: string): Promise<void> {
  checkFiles(files);
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
}

/**
 * Reads a package from a folder: only files of a package, no links, none larger than allowed.
 * Throws NOT_FOUND, or PACKAGE_INVALID with the reason.
 */
export async function readPackageFolder(folder: string): Promise<{ hash: string; files: PackageFiles }> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new TouchlineError('NOT_FOUND', 'There is no folder of that name to read a package from.', {
      cause: error,
    });
  });
  checkNames(names);
  const files = new Map<string, Uint8Array>();
  for (const name of names.sort()) {
    const found = await lstat(join(folder, name));
    if (!found.isFile()) throw invalid(`${name} is a link or a folder, not a file`);
    checkSize(name, found.size);
    files.set(name, await readFile(join(folder, name)));
  }
  checkFiles(files);
  return { hash: packageHash(files), files };
}
