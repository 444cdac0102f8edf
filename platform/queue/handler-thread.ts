import type { ProgressEvent } from '../progress.ts';
import type { Json } from '../store/store.ts';
import type { CallContext } from '../workers/protocol.ts';
import type { WorkerClient } from '../workers/worker.ts';
import type { Job, JobHandler } from './queue.ts';

/** The input of one call to the thread. */
interface Run {
  payload: Json;
  job: Job;
}

/** The method of a thread that runs job handlers, for `serve`. */
export function handlerMethods(handlers: Readonly<Record<string, JobHandler>>) {
  return {
    run: ({ payload, job }: Run, { signal, emit }: CallContext<ProgressEvent>): Promise<Json> =>
      handlers[job.kind](payload, { job, signal, progress: emit }),
  };
}

export type HandlerMethods = ReturnType<typeof handlerMethods>;

const CLOSE_MS = 5_000;

/**
 * Handlers that run in one thread, so that a handler that computes for long never delays the renewal of its job's lease.
 * The thread starts with the first job, and again after a crash.
 * @param open starts the thread; its module serves `handlerMethods`.
 * @param watch receives the progress of every job.
 */
export function threadedHandlers(
  kinds: readonly string[],
  open: () => WorkerClient<HandlerMethods>,
  watch: (event: ProgressEvent) => void = () => {},
): { handlers: Record<string, JobHandler>; close(): Promise<void> } {
  let thread: WorkerClient<HandlerMethods> | undefined;

  const handler: JobHandler = (payload, { job, signal, progress }) => {
    if (!thread?.alive) thread = open();
    const onEvent = (event: ProgressEvent) => {
      progress(event);
      watch(event);
    };
    return thread.call('run', { payload, job }, { signal, onEvent });
  };

  return {
    handlers: Object.fromEntries(kinds.map((kind) => [kind, handler])),
    close: async () => thread?.close(CLOSE_MS),
  };
}
