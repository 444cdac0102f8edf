import { startThread } from '../platform/threads.ts';
import type { TrainingLog } from './estimator.ts';

/** What a training thread says to the thread that started it. */
export type ThreadMessage<O> =
  | { kind: 'metric'; name: string; value: number; step: number }
  | { kind: 'progress'; stage: string; done: number; total?: number }
  | { kind: 'done'; result: O };

/**
 * Runs a module once in a thread of its own: `input` is its `workerData`, its `done` message the result.
 * An abort ends the thread at once.
 */
export function inThread<O>(
  from: string,
  module: string,
  input: unknown,
  options: { log?: TrainingLog; signal?: AbortSignal } = {},
): Promise<O> {
  const { log, signal } = options;
  return new Promise<O>((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = startThread(from, module, { workerData: input });
    const finish = (settle: () => void) => {
      signal?.removeEventListener('abort', onAbort);
      void worker.terminate();
      settle();
    };
    const onAbort = () => finish(() => reject(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.on('message', (message: ThreadMessage<O>) => {
      if (message.kind === 'metric') log?.metric(message.name, message.value, message.step);
      else if (message.kind === 'progress')
        log?.progress({ stage: message.stage, done: message.done, total: message.total });
      else finish(() => resolve(message.result));
    });
    worker.on('error', (error) => finish(() => reject(error)));
    worker.on('exit', (code) =>
      finish(() => reject(new Error(`The training thread ended early (exit ${code})`))),
    );
  });
}
