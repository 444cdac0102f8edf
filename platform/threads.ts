import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread from a module beside the caller, from sources and from the compiled tree alike.
 * @param from `import.meta.url` of the caller.
 * @param module path without extension, such as `./tree-worker`.
 */
export function startThread(from: string, module: string, options: WorkerOptions = {}): Worker {
  if (!from.endsWith('.ts')) return new Worker(new URL(`${module}.js`, from), options);
  const url = new URL(`${module}.ts`, from);
  return new Worker(new URL('./thread-entry.mjs', import.meta.url), { ...options, argv: [url.href] });
}
