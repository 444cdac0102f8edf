import { TouchlineError } from '../../platform/errors.ts';
import { askProcess } from '../../platform/processes.ts';
import { checkFiles } from './files.ts';
import type { LoadOptions } from './load.ts';
import type { PackageFiles } from './package.ts';
import type { ProbeAnswer } from './probe-child.ts';

/**
 * Loads a package in a process of its own, with a prediction of every golden row, and ends that process again: what
 * crashes there does not crash the caller. Resolves if the package may be loaded here.
 * Throws what `loadPackage` throws; PACKAGE_INVALID where the process died or took longer than `timeout` ms.
 */
export async function probePackage(
  files: PackageFiles,
  { hash, timeout = 60_000 }: { hash?: string; timeout?: number } = {},
): Promise<void> {
  checkFiles(files);
  const question = { files, options: { hash } satisfies LoadOptions };
  const asked = askProcess<ProbeAnswer>(import.meta.url, './probe-child', question, { timeoutMs: timeout });
  const answer = await asked.catch((error: Error) => {
    throw new TouchlineError(
      'PACKAGE_INVALID',
      `The package was tried out in a process of its own, which ${error.message}.`,
      { cause: error, details: { reason: error.message } },
    );
  });
  if ('loaded' in answer) return;
  const { code, message, details } = answer.error;
  throw new TouchlineError(code, message, { details });
}
