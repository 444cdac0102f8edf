import { parentPort } from 'node:worker_threads';
import { fromErrorData, toErrorData } from './error-data.ts';
import type { CallContext, Methods, Reply, Request } from './protocol.ts';

type CallableMethods = Record<string, (input: unknown, context: CallContext) => unknown>;

/**
 * Offers methods to the thread or process that opened this worker; called once, by the worker's module. Calls may
 * overlap. Whatever a method throws reaches the caller whole; an error outside of any call ends the worker.
 * @param methods the methods, or a function that makes them from the `setup` of `openWorker`. One named `close` runs
 *   when the caller closes the worker, to release what the worker holds.
 */
export function serve<M extends Methods<M>, Setup>(methods: M | ((setup: Setup) => M | Promise<M>)): void {
  const { send, listen } = connectToCaller();
  const aborts = new Map<number, AbortController>();
  let ready: Promise<CallableMethods>;

  process.on('uncaughtException', (error) => {
    send({ type: 'crash', error: toErrorData(error) }, () => process.exit(1));
  });

  listen((request) => {
    if (request.type === 'setup') {
      ready = makeMethods(request.setup as Setup);
      // Every call reports a setup that failed; without calls nobody waits for it.
      ready.catch(() => {});
    } else if (request.type === 'abort') aborts.get(request.id)?.abort(fromErrorData(request.reason));
    else if (request.type === 'call') void answer(request);
    else void close();
  });

  async function makeMethods(setup: Setup): Promise<CallableMethods> {
    const made = typeof methods === 'function' ? await methods(setup) : methods;
    return made as unknown as CallableMethods;
  }

  async function answer({ id, method, input }: Request & { type: 'call' }): Promise<void> {
    const abort = new AbortController();
    aborts.set(id, abort);
    const emit = (event: unknown) => send({ type: 'event', id, event });
    try {
      const offered = await ready;
      const result = await offered[method](input, { signal: abort.signal, emit });
      send({ type: 'result', id, result });
    } catch (error) {
      send({ type: 'error', id, error: toErrorData(error) });
    } finally {
      aborts.delete(id);
    }
  }

  async function close(): Promise<void> {
    try {
      const offered = await ready;
      await offered.close?.(undefined, { signal: new AbortController().signal, emit: () => {} });
    } catch {
      // The worker is about to end, and what it held ends with it.
    }
    send({ type: 'closed' });
  }
}

function connectToCaller(): {
  send(reply: Reply, sent?: () => void): void;
  listen(listener: (request: Request) => void): void;
} {
  if (parentPort) {
    const port = parentPort;
    return {
      send(reply, sent) {
        port.postMessage(reply);
        sent?.();
      },
      listen: (listener) => void port.on('message', listener),
    };
  }
  if (!process.send) throw new Error('serve() works only in a module that was started by openWorker().');
  // Nobody is left to answer when the caller's process has died.
  process.on('disconnect', () => process.exit(0));
  return {
    send: (reply, sent) => void process.send?.(reply, undefined, undefined, () => sent?.()),
    listen: (listener) => void process.on('message', (request) => listener(request as Request)),
  };
}
