import { TouchlineError } from '../../platform/errors.ts';
import { defineWorker } from '../../platform/workers/define-worker.ts';
import { WorkerFailure } from '../../platform/workers/worker.ts';
import { checkFiles } from './files.ts';
import type { PackageFiles } from './package.ts';
import type { methods } from './probe-worker.ts';

const worker = defineWorker<typeof methods>(import.meta.url, './probe-worker', { kind: 'process' });

/**
 * Loads a package in a process of its own, including a prediction of every golden row: a native crash there does not
 * reach the caller. Resolves if the package can be loaded here.
 * @throws what `loadPackage` throws; PACKAGE_INVALID if the process died or took longer than `timeout` ms
 */
export async function probePackage(
  files: PackageFiles,
  { hash, timeout = 60_000 }: { hash?: string; timeout?: number } = {},
): Promise<void> {
  checkFiles(files);
  try {
    await worker.call('load', { files, hash }, { timeoutMs: timeout });
  } catch (error) {
    if (!(error instanceof WorkerFailure)) throw error;
    throw new TouchlineError(
      'PACKAGE_INVALID',
      `The package was loaded in a separate process, which ${error.reason}.`,
      { cause: error, details: { reason: error.reason } },
    );
  }
}
