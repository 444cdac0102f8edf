import { ERRORS, type ErrorCode, TouchlineError } from '../platform/errors.ts';
import { startThread } from '../platform/threads.ts';
import type { TrainingLog } from './estimator.ts';

/** What a training thread says to the thread that started it. */
export type ThreadMessage<O> =
  | { kind: 'metric'; name: string; value: number; step: number }
  | { kind: 'progress'; stage: string; done: number; total?: number }
  | { kind: 'done'; result: O };

/**
 * Runs a module once in a thread of its own: `input` is its `workerData`, its `done` message the result.
 * An abort ends the thread at once, or with `stop` (shared memory that the module looks at) as soon as it has let go of
 * what no runtime would free.
 */
export function inThread<O>(
  from: string,
  module: string,
  input: unknown,
  options: { log?: TrainingLog; signal?: AbortSignal; stop?: Int32Array } = {},
): Promise<O> {
  const { log, signal, stop } = options;
  return new Promise<O>((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = startThread(from, module, { workerData: input });
    const finish = (settle: () => void) => {
      signal?.removeEventListener('abort', onAbort);
      void worker.terminate();
      settle();
    };
    const fail = (error: unknown) => finish(() => reject(signal?.aborted ? signal.reason : error));
    const onAbort = () => {
      if (stop) Atomics.store(stop, 0, 1);
      else fail(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.on('message', (message: ThreadMessage<O>) => {
      if (message.kind === 'metric') log?.metric(message.name, message.value, message.step);
      else if (message.kind === 'progress')
        log?.progress({ stage: message.stage, done: message.done, total: message.total });
      else if (signal?.aborted) fail(signal.reason);
      else finish(() => resolve(message.result));
    });
    worker.on('error', (error) => fail(asThrown(error)));
    worker.on('exit', (code) => fail(new Error(`The training thread ended early (exit ${code})`)));
  });
}

/** An error of ours that crossed from a thread: only its fields did, not its class. */
function asThrown(error: Error & { code?: string; details?: Record<string, unknown> }): Error {
  const { name, code = '', message, details, cause } = error;
  if (name !== 'TouchlineError' || !Object.hasOwn(ERRORS, code)) return error;
  return new TouchlineError(code as ErrorCode, message, { details, cause });
}
