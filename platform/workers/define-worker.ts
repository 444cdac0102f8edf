import { canonicalJson } from '../hash.ts';
import type { EventOf, InputOf, Methods, ResultOf } from './protocol.ts';
import { type CallOptions, openWorker, type WorkerClient, type WorkerOptions } from './worker.ts';

interface DefineOptions extends Pick<WorkerOptions, 'kind'> {
  /**
   * Milliseconds for which a worker stays idle after a call, for the next one with the same setup: worthwhile where a
   * worker takes longer to start than to do its work. By default it ends with the call.
   */
  keepMs?: number;
}

/** A worker's module, whose workers are started on demand. */
export interface DefinedWorker<M> {
  /** @throws as `WorkerClient.call` */
  call<K extends keyof M>(
    method: K,
    input: InputOf<M[K]>,
    options?: CallOptions<EventOf<M[K]>> & Pick<WorkerOptions, 'setup'>,
  ): Promise<ResultOf<M[K]>>;
}

/** Idle workers, each with the timer that ends it. */
type IdleWorkers<M> = Map<WorkerClient<M>, NodeJS.Timeout>;

/**
 * A worker that is started for a call and ended afterwards.
 * @param from `import.meta.url` of the caller.
 * @param module path without extension of the worker's module, such as `./worker`.
 */
export function defineWorker<M extends Methods<M>>(
  from: string,
  module: string,
  { kind, keepMs = 0 }: DefineOptions = {},
): DefinedWorker<M> {
  const idleBySetup = new Map<string, IdleWorkers<M>>();
  return {
    async call(method, input, { setup, ...options } = {}) {
      options.signal?.throwIfAborted();
      const key = canonicalJson(setup ?? null);
      const idle: IdleWorkers<M> = idleBySetup.get(key) ?? new Map();
      idleBySetup.set(key, idle);
      const worker = takeIdle(idle) ?? openWorker<M>(from, module, { kind, setup });
      let succeeded = false;
      try {
        const result = await worker.call(method, input, options);
        succeeded = true;
        return result;
      } finally {
        if (succeeded && keepMs > 0) keepIdle(idle, worker, keepMs);
        else void worker.terminate();
      }
    },
  };
}

function takeIdle<M>(idle: IdleWorkers<M>): WorkerClient<M> | undefined {
  for (const [worker, timer] of idle) {
    clearTimeout(timer);
    idle.delete(worker);
    if (worker.alive) return worker;
  }
  return undefined;
}

/** An idle worker keeps no process alive. */
function keepIdle<M>(idle: IdleWorkers<M>, worker: WorkerClient<M>, keepMs: number): void {
  const end = () => {
    idle.delete(worker);
    void worker.terminate();
  };
  idle.set(worker, setTimeout(end, keepMs).unref());
}
