import type { Worker } from 'node:worker_threads';
import { type ErrorCode, TouchlineError } from '../../platform/errors.ts';
import { startThread } from '../../platform/threads.ts';
import type { LoadOptions } from './load.ts';
import type { Explanation, LoadedModel, PackageFiles, Prediction } from './package.ts';

/** What is asked of the thread. */
export type Request =
  | { id: number; kind: 'load'; files: PackageFiles; options: LoadOptions }
  | { id: number; kind: 'predict' | 'explain'; values: Float32Array }
  | { id: number; kind: 'close' };

export type Described = Omit<LoadedModel, 'predict' | 'explain' | 'close'>;

/** An error of ours as plain data: classes do not survive the way between threads. */
export interface PlainError {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
}

export type Answer =
  | { id: number; result: Described | Prediction | Explanation | undefined }
  | { id: number; error: PlainError };

type Body = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

/** Asks a thread and matches answers to questions; all open questions fail when the thread ends. */
function caller(worker: Worker) {
  const open = new Map<number, { resolve(result: unknown): void; reject(error: unknown): void }>();
  let next = 0;
  let ended: TouchlineError | undefined;
  const end = (message: string, cause?: unknown) => {
    ended ??= new TouchlineError('MODEL_ERROR', message, { cause });
    for (const { reject } of open.values()) reject(ended);
    open.clear();
  };
  worker.on('message', (answer: Answer) => {
    const question = open.get(answer.id);
    open.delete(answer.id);
    if (open.size === 0) worker.unref();
    if ('error' in answer) {
      const { code, message, details } = answer.error;
      question?.reject(new TouchlineError(code, message, { details }));
    } else question?.resolve(answer.result);
  });
  worker.on('error', (error) => end('The thread of the model failed.', error));
  worker.on('exit', () => end('The model was closed before it was asked.'));
  return <T>(body: Body): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (ended) return reject(ended);
      const id = next++;
      // Keeps the process alive only while an answer is awaited.
      worker.ref();
      open.set(id, { resolve: resolve as (result: unknown) => void, reject });
      worker.postMessage({ ...body, id });
    });
}

/** Loads a package in a worker thread, where predictions and explanations block nobody else. */
export async function loadInThread(files: PackageFiles, options: LoadOptions): Promise<LoadedModel> {
  const worker = startThread(import.meta.url, './model-thread');
  const ask = caller(worker);
  let described: Described;
  try {
    described = await ask<Described>({ kind: 'load', files, options: { ...options, thread: false } });
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    ...described,
    predict: (values) => ask<Prediction>({ kind: 'predict', values }),
    explain: (values) => ask<Explanation>({ kind: 'explain', values }),
    close() {
      // A thread that failed already has nothing left to close.
      closing ??= ask<void>({ kind: 'close' })
        .catch(() => undefined)
        .then(async () => {
          await worker.terminate();
        });
      return closing;
    },
  };
}
