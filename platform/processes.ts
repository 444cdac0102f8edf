import { type ForkOptions, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Asks a module beside the caller in a process of its own, and ends that process after its first message: what crashes
 * there does not crash the caller. From sources and from the compiled tree alike.
 * @param from `import.meta.url` of the caller.
 * @param module path without extension, such as `./probe-child`.
 * @param question its first message.
 * @throws an Error whose message says how the process failed; it goes on after 'a process which …'.
 */
export function askProcess<Answer>(
  from: string,
  module: string,
  question: unknown,
  { timeoutMs = 60_000 }: { timeoutMs?: number } = {},
): Promise<Answer> {
  const child = forkBeside(from, module);
  return new Promise<Answer>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`did not answer within ${timeoutMs / 1000} s`));
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('message', (answer) => {
      resolve(answer as Answer);
      child.kill('SIGKILL');
    });
    child.once('error', (cause) => reject(new Error('could not be started', { cause })));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`ended without an answer (${signal ?? `exit ${code}`})`));
    });
    child.send(question as object, (cause) => {
      if (cause) reject(new Error('could not be asked', { cause }));
    });
  });
}

function forkBeside(from: string, module: string) {
  const options: ForkOptions = {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  };
  if (!from.endsWith('.ts')) return fork(fileURLToPath(new URL(`${module}.js`, from)), options);
  const entry = fileURLToPath(new URL('./thread-entry.mjs', import.meta.url));
  return fork(entry, [new URL(`${module}.ts`, from).href], options);
}
