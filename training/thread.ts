import type { Worker } from 'node:worker_threads';
import { ERRORS, type ErrorCode, TouchlineError } from '../platform/errors.ts';
import { canonicalJson } from '../platform/hash.ts';
import { startThread } from '../platform/threads.ts';
import type { MetricPoint } from '../platform/tracking/tracking.ts';
import type { TrainingLog } from './estimator.ts';

/** What a training thread says to the thread that started it. */
export type ThreadMessage<O> =
  | { kind: 'metrics'; points: MetricPoint[] }
  | { kind: 'progress'; stage: string; done: number; total?: number }
  | { kind: 'done'; result: O };

/**
 * How a module of a thread tells of its work. Points of curves travel with the progress or the result that follows them:
 * each by itself would cost as much as a round on few rows.
 */
export function reporterTo<O>(post: (message: ThreadMessage<O>) => void) {
  let points: MetricPoint[] = [];
  const tell = (message: ThreadMessage<O>) => {
    if (points.length > 0) post({ kind: 'metrics', points });
    points = [];
    post(message);
  };
  const log: TrainingLog = {
    metric: (name, value, step) => void points.push({ name, value, step }),
    progress: (event) => tell({ kind: 'progress', ...event }),
  };
  return { log, done: (result: O) => tell({ kind: 'done', result }) };
}

interface ThreadOptions {
  log?: TrainingLog;
  signal?: AbortSignal;
  /** Shared memory that the module looks at. */
  stop?: Int32Array;
}

/**
 * Runs a module once in a thread of its own: `input` is its `workerData`, its `done` message the result.
 * An abort ends the thread at once, or with `stop` as soon as it has let go of what no runtime would free.
 */
export function inThread<O>(
  from: string,
  module: string,
  input: unknown,
  options: ThreadOptions = {},
): Promise<O> {
  return answerOf<O>(
    () => startThread(from, module, { workerData: input }),
    (worker) => void worker.terminate(),
    options,
  );
}

/** How long a thread waits for its next input. */
const REST_MS = 5_000;

/** Threads that wait, by module and set-up, with what ends them. */
const resting = new Map<string, Map<Worker, NodeJS.Timeout>>();

/**
 * As {@link inThread}, for a module that takes longer to start than to work on few rows: `setup` is its `workerData`, inputs
 * come as messages, and the thread stays some seconds for the next one of the same set-up.
 */
export function inLastingThread<O>(
  from: string,
  module: string,
  { setup, input }: { setup: unknown; input: unknown },
  options: ThreadOptions = {},
): Promise<O> {
  const key = canonicalJson([new URL(module, from).href, setup]);
  const idle = resting.get(key) ?? new Map<Worker, NodeJS.Timeout>();
  resting.set(key, idle);
  return answerOf<O>(
    () => {
      const [waiting] = idle;
      const [worker, end] = waiting ?? [startThread(from, module, { workerData: setup })];
      clearTimeout(end);
      idle.delete(worker);
      worker.ref();
      worker.postMessage(input);
      return worker;
    },
    (worker, answered) => {
      if (!answered) return void worker.terminate();
      // It keeps no process alive while it waits.
      worker.unref();
      const leave = () => {
        idle.delete(worker);
        void worker.terminate();
      };
      idle.set(worker, setTimeout(leave, REST_MS).unref());
    },
    options,
  );
}

function answerOf<O>(
  start: () => Worker,
  leave: (worker: Worker, answered: boolean) => void,
  { log, signal, stop }: ThreadOptions,
): Promise<O> {
  return new Promise<O>((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = start();
    const finish = (settle: () => void, answered = false) => {
      signal?.removeEventListener('abort', onAbort);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      leave(worker, answered);
      settle();
    };
    const fail = (error: unknown) => finish(() => reject(signal?.aborted ? signal.reason : error));
    const onAbort = () => {
      if (stop) Atomics.store(stop, 0, 1);
      else fail(signal?.reason);
    };
    const onMessage = (message: ThreadMessage<O>) => {
      if (message.kind === 'metrics')
        for (const { name, value, step } of message.points) log?.metric(name, value, step);
      else if (message.kind === 'progress')
        log?.progress({ stage: message.stage, done: message.done, total: message.total });
      else if (signal?.aborted) fail(signal.reason);
      else finish(() => resolve(message.result), true);
    };
    const onError = (error: Error) => fail(asThrown(error));
    const onExit = (code: number) => fail(new Error(`The training thread ended early (exit ${code})`));
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

/** An error of ours that crossed from a thread: only its fields did, not its class. */
function asThrown(error: Error & { code?: string; details?: Record<string, unknown> }): Error {
  const { name, code = '', message, details, cause } = error;
  if (name !== 'TouchlineError' || !Object.hasOwn(ERRORS, code)) return error;
  return new TouchlineError(code as ErrorCode, message, { details, cause });
}
