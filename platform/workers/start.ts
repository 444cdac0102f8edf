import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

const ENTRY = new URL('./typescript-entry.mjs', import.meta.url);

/**
 * Starts a worker thread from a module next to the caller, from the sources and from the compiled tree alike.
 * Use `openWorker` unless the threads share memory instead of exchanging messages.
 * @param from `import.meta.url` of the caller.
 * @param module path without extension, such as `./helper`.
 */
export function startThread(from: string, module: string, options: WorkerOptions = {}): Worker {
  if (!from.endsWith('.ts')) return new Worker(new URL(`${module}.js`, from), options);
  return new Worker(ENTRY, { ...options, argv: [new URL(`${module}.ts`, from).href] });
}

/** Starts a child process from a module next to the caller, with an IPC channel and no output. */
export function startProcess(from: string, module: string): ChildProcess {
  const options: ForkOptions = {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  };
  if (!from.endsWith('.ts')) return fork(fileURLToPath(new URL(`${module}.js`, from)), options);
  return fork(fileURLToPath(ENTRY), [new URL(`${module}.ts`, from).href], options);
}
