import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TouchlineError } from '../../platform/errors.ts';
import { checkFiles } from './files.ts';
import type { LoadOptions } from './load.ts';
import type { PackageFiles } from './package.ts';
import type { ProbeAnswer } from './probe-child.ts';

/**
 * Loads a package in a process of its own, with a prediction of every golden row, and ends that process again: what
 * crashes there does not crash the caller. Resolves if the package may be loaded here.
 * Throws what `loadPackage` throws; PACKAGE_INVALID where the process died or took longer than `timeout` ms.
 */
export function probePackage(
  files: PackageFiles,
  { hash, timeout = 60_000 }: { hash?: string; timeout?: number } = {},
): Promise<void> {
  checkFiles(files);
  const child = forkHere('./probe-child');
  return new Promise<void>((resolve, reject) => {
    const failed = (reason: string, cause?: unknown) =>
      reject(
        new TouchlineError('PACKAGE_INVALID', `The package was tried out and ${reason}.`, {
          cause,
          details: { reason },
        }),
      );
    const timer = setTimeout(() => {
      failed(`did not load within ${timeout / 1000} s`);
      child.kill('SIGKILL');
    }, timeout);
    child.once('message', (answer: ProbeAnswer) => {
      if ('error' in answer) {
        const { code, message, details } = answer.error;
        reject(new TouchlineError(code, message, { details }));
      } else resolve();
      child.kill('SIGKILL');
    });
    child.once('error', (error) => failed('the process for it could not be started', error));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      failed(`ended its process (${signal ?? `exit ${code}`})`);
    });
    child.send({ files, options: { hash } satisfies LoadOptions }, (error) => {
      if (error) failed('could not be handed to its process', error);
    });
  });
}

/** Starts a module beside this one as a process, from sources and from the compiled tree alike. */
function forkHere(module: string): ChildProcess {
  const options: ForkOptions = {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  };
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return fork(fileURLToPath(new URL(`${module}.js`, here)), options);
  const entry = fileURLToPath(new URL('../../platform/thread-entry.mjs', here));
  return fork(entry, [new URL(`${module}.ts`, here).href], options);
}
