import { TouchlineError } from '../errors.ts';
import { openChannel, type WorkerKind } from './channel.ts';
import { fromErrorData, toErrorData } from './error-data.ts';
import type { EventOf, InputOf, Methods, Reply, ResultOf } from './protocol.ts';

export interface WorkerOptions {
  /**
   * Native code that crashes in a `thread` ends the whole program. A `process` isolates it, but takes longer to start.
   * Default: `thread`.
   */
  kind?: WorkerKind;
  /** Handed to the function that the worker's module passes to `serve`. */
  setup?: unknown;
}

export interface CallOptions<Event> {
  /** Tells the worker to abort; the call then rejects with the signal's reason unless it still succeeds. */
  signal?: AbortSignal;
  /** Ends the worker at an abort instead, for methods that compute without a pause; the call rejects immediately. */
  terminateOnAbort?: boolean;
  onEvent?(event: Event): void;
  /** Milliseconds until the call rejects with a WorkerFailure; unlimited by default. */
  timeoutMs?: number;
}

/** The worker itself failed, as opposed to a method that threw. */
export class WorkerFailure extends TouchlineError {
  /** Completes the sentence 'the worker …', such as `ended without an answer (SIGABRT)`. */
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super('INTERNAL', `The worker ${reason}.`, { cause });
    this.reason = reason;
  }
}

/** A running worker. It keeps this process alive only while a call is open. */
export interface WorkerClient<M> {
  /** False once the worker has failed or ended: every call then rejects. */
  readonly alive: boolean;
  /** @throws what the method throws; WorkerFailure if the worker crashes or times out */
  call<K extends keyof M>(
    method: K,
    input: InputOf<M[K]>,
    options?: CallOptions<EventOf<M[K]>>,
  ): Promise<ResultOf<M[K]>>;
  /** Runs the worker's `close` method, then ends it; ends it at once after `graceMs`. Idempotent. */
  close(graceMs: number): Promise<void>;
  /** Ends the worker at once; open calls reject. */
  terminate(): Promise<void>;
}

interface OpenCall {
  onEvent?(event: unknown): void;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Starts a worker from a module next to the caller, which calls `serve`.
 * @param from `import.meta.url` of the caller.
 * @param module path without extension, such as `./worker`.
 */
export function openWorker<M extends Methods<M>>(
  from: string,
  module: string,
  { kind = 'thread', setup }: WorkerOptions = {},
): WorkerClient<M> {
  const channel = openChannel(kind, from, module);
  const calls = new Map<number, OpenCall>();
  let nextId = 0;
  let failure: WorkerFailure | undefined;
  let closing: Promise<void> | undefined;
  let onClosed = () => {};

  function fail(reason: string, cause?: unknown): void {
    failure ??= new WorkerFailure(reason, cause);
    for (const call of calls.values()) call.reject(failure);
    onClosed();
  }

  function receive(reply: Reply): void {
    if (reply.type === 'crash') {
      const cause = fromErrorData(reply.error);
      fail(`crashed: ${cause.message}`, cause);
    } else if (reply.type === 'closed') onClosed();
    else if (reply.type === 'event') calls.get(reply.id)?.onEvent?.(reply.event);
    else if (reply.type === 'result') calls.get(reply.id)?.resolve(reply.result);
    else calls.get(reply.id)?.reject(fromErrorData(reply.error));
  }

  function terminate(reason = 'was terminated'): Promise<void> {
    fail(reason);
    return channel.kill();
  }

  channel.onReply(receive);
  channel.onEnd(({ reason, cause }) => fail(reason, cause));
  channel.send({ type: 'setup', setup });
  channel.setRef(false);

  return {
    get alive() {
      return failure === undefined;
    },
    async call(method, input, { signal, terminateOnAbort = false, onEvent, timeoutMs } = {}) {
      signal?.throwIfAborted();
      if (failure) throw failure;
      const id = nextId++;
      const abort = () => {
        if (terminateOnAbort) void terminate();
        else channel.send({ type: 'abort', id, reason: toErrorData(signal?.reason) });
      };
      let timer: NodeJS.Timeout | undefined;
      try {
        return await new Promise((resolve, reject) => {
          calls.set(id, { resolve: resolve as OpenCall['resolve'], reject, onEvent } as OpenCall);
          channel.setRef(true);
          signal?.addEventListener('abort', abort, { once: true });
          if (timeoutMs !== undefined)
            timer = setTimeout(() => {
              reject(new WorkerFailure(`did not answer within ${timeoutMs / 1000} s`));
            }, timeoutMs);
          channel.send({ type: 'call', id, method: method as string, input });
        });
      } catch (error) {
        throw signal?.aborted ? signal.reason : error;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        calls.delete(id);
        if (calls.size === 0) channel.setRef(false);
      }
    },
    close(graceMs) {
      closing ??= (async () => {
        if (!failure) {
          const closed = new Promise<void>((resolve) => {
            onClosed = resolve;
          });
          channel.setRef(true);
          channel.send({ type: 'close' });
          const timer = setTimeout(onClosed, graceMs);
          await closed;
          clearTimeout(timer);
        }
        await terminate('was closed');
      })();
      return closing;
    },
    terminate: () => terminate(),
  };
}
