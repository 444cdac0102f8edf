import { parentPort, type Worker } from 'node:worker_threads';
import { ERRORS, type ErrorCode, TouchlineError, toTouchlineError } from '../errors.ts';
import type { Progress, ProgressEvent } from '../progress.ts';
import type { Json } from '../store/store.ts';
import type { Job, JobHandler } from './queue.ts';

/** An error as it crosses between threads: classes do not. */
interface Thrown {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
}

/** `run` tells the runs of a thread apart. */
type Order =
  | { do: 'run'; run: number; payload: Json; job: Job }
  | { do: 'abort'; run: number; reason: Thrown }
  | { do: 'close' };
type Report =
  | { run: number; progress: ProgressEvent }
  | { run: number; result: Json }
  | { run: number; thrown: Thrown };

interface HandlerThread {
  worker: Worker;
  running: Map<number, { told(report: Report): void; broke(error: Error): void }>;
}

const CLOSE_MS = 5_000;

/**
 * Handlers that run in one thread, so that no handler, however long it computes, keeps the leases of its jobs from
 * being renewed. The thread starts with the first job, and again if it broke; it ends with the process.
 * @param start starts the thread, whose module calls `serveHandlers`.
 */
export function threadedHandlers(
  kinds: readonly string[],
  start: () => Worker,
  watch: Progress = () => {},
): { handlers: Record<string, JobHandler>; close(): Promise<void> } {
  let thread: HandlerThread | undefined;
  let runs = 0;

  function open(): HandlerThread {
    if (thread) return thread;
    const own: HandlerThread = { worker: start(), running: new Map() };
    thread = own;
    own.worker.on('message', (report: Report) => own.running.get(report.run)?.told(report));
    const broke = (error: Error) => {
      if (thread === own) thread = undefined;
      for (const one of own.running.values()) one.broke(error);
    };
    own.worker.on('error', broke);
    own.worker.on('exit', (code) => broke(new Error(`The thread of the jobs ended (exit ${code}).`)));
    return own;
  }

  const handler: JobHandler = (payload, { job, signal, progress }) =>
    new Promise((resolve, reject) => {
      const { worker, running } = open();
      const run = runs++;
      const tell = (order: Order) => worker.postMessage(order);
      const onAbort = () => tell({ do: 'abort', run, reason: thrownOf(signal.reason) });
      const end = (act: () => void) => {
        running.delete(run);
        signal.removeEventListener('abort', onAbort);
        act();
      };
      running.set(run, {
        told(report) {
          if ('progress' in report) {
            progress(report.progress);
            watch(report.progress);
          } else if ('result' in report) end(() => resolve(report.result));
          else end(() => reject(errorOf(report.thrown)));
        },
        broke: (error) => end(() => reject(toTouchlineError(error))),
      });
      signal.addEventListener('abort', onAbort, { once: true });
      tell({ do: 'run', run, payload, job });
    });

  return {
    handlers: Object.fromEntries(kinds.map((kind) => [kind, handler])),
    async close() {
      const own = thread?.worker;
      if (!own) return;
      const ended = new Promise<void>((resolve) => own.once('exit', () => resolve()));
      own.postMessage({ do: 'close' } satisfies Order);
      const late = setTimeout(() => void own.terminate(), CLOSE_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

/**
 * The other side, called by the module of the thread.
 * @param close lets go of what keeps the thread alive.
 */
export function serveHandlers(handlers: Readonly<Record<string, JobHandler>>, close: () => Promise<void>) {
  const port = parentPort;
  if (!port) throw new Error('Handlers are served in a thread only.');
  const report = (message: Report) => port.postMessage(message);
  const aborts = new Map<number, AbortController>();
  port.on('message', (order: Order) => {
    if (order.do === 'abort') aborts.get(order.run)?.abort(errorOf(order.reason));
    else if (order.do === 'run') void work(order);
    else void close().finally(() => port.close());
  });

  async function work({ run, payload, job }: Order & { do: 'run' }) {
    const abort = new AbortController();
    aborts.set(run, abort);
    const progress = (event: ProgressEvent) => report({ run, progress: event });
    try {
      const result = await handlers[job.kind](payload, { job, signal: abort.signal, progress });
      report({ run, result });
    } catch (error) {
      report({ run, thrown: thrownOf(error) });
    } finally {
      aborts.delete(run);
    }
  }
}

function thrownOf(error: unknown): Thrown {
  const { code, message, details } = toTouchlineError(error);
  // Details are plain JSON by contract; what is not must not keep the error from arriving.
  return { code, message, details: JSON.parse(JSON.stringify(details)) };
}

const errorOf = ({ code, message, details }: Thrown) =>
  new TouchlineError(Object.hasOwn(ERRORS, code) ? code : 'INTERNAL', message, { details });
