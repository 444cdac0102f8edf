import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TouchlineError } from '../platform/errors.ts';
import { isLoopback } from '../platform/loopback.ts';
import type { ServingApp } from './api/app.ts';

export interface ListenOptions {
  /** Address to listen on; default 127.0.0.1. */
  host?: string;
  /** 0: any free port. */
  port: number;
  /** Milliseconds between reporting not ready and refusing new connections; default 500. */
  unreadyMs?: number;
}

export interface RunningServer {
  url: string;
  port: number;
  /** Reports not ready, refuses new connections, answers every request in flight, then closes. Idempotent. */
  stop(): Promise<void>;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'is in use: choose another one' : `cannot be opened (${error.code})`;
      reject(new TouchlineError('INVALID_CONFIG', `Port ${port} of ${host} ${why}.`, { cause: error }));
    });
    server.listen(port, host, () => resolve());
  });
}

/** How long a stopping server still accepts connections, if new ones keep arriving. */
const MAX_ACCEPT_MS = 5_000;
/** Iterations of the event loop without a new connection, after which none is waiting to be accepted. */
const QUIET_ITERATIONS = 3;
/** How long requests in flight may take once the server stops. */
const GRACE_MS = 25_000;

const nextIteration = () => new Promise((resolve) => setImmediate(resolve));
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Listens, and loads the champions.
 * @param options.mode the one that the app was made with
 * @throws INVALID_CONFIG where the port cannot be opened, and in demo mode for an address beyond loopback
 */
export async function startServer(
  app: ServingApp,
  options: ListenOptions & { mode: 'keys' | 'demo' },
): Promise<RunningServer> {
  const { host = '127.0.0.1', port, mode } = options;
  if (mode === 'demo' && !isLoopback(host))
    throw new TouchlineError(
      'INVALID_CONFIG',
      `Without keys the server may only listen on loopback, not on ${host}: turn keys on, or use 127.0.0.1.`,
    );
  const server = createServer(app.express);
  // Slow senders are cut off, so that they cannot use up the connections.
  server.headersTimeout = 10_000;
  server.requestTimeout = 15_000;
  server.keepAliveTimeout = 5_000;
  server.maxHeadersCount = 100;
  // A stopping server tells clients to close the connections that it still answers.
  let stopping: Promise<void> | undefined;
  let sweep: NodeJS.Immediate | undefined;
  server.prependListener('request', (_request, response) => {
    if (stopping !== undefined) response.setHeader('Connection', 'close');
    response.once('close', () => {
      // A request that began before the stop was not told to close; its connection would stay open for the keep-alive.
      if (stopping === undefined || sweep !== undefined) return;
      sweep = setImmediate(() => {
        sweep = undefined;
        server.closeIdleConnections();
      });
    });
  });
  let accepted = 0;
  server.on('connection', () => accepted++);
  await listen(server, host, port);
  await app.start();
  const bound = (server.address() as AddressInfo).port;
  const shown = host.includes(':') ? `[${host}]` : host;

  /** Waits until no connection is waiting to be accepted, because closing the listening socket resets those. */
  async function acceptWaiting(): Promise<void> {
    const until = performance.now() + MAX_ACCEPT_MS;
    for (let quiet = 0; quiet < QUIET_ITERATIONS && performance.now() < until; quiet++) {
      const before = accepted;
      await nextIteration();
      if (accepted > before) quiet = -1;
    }
  }

  async function stop(): Promise<void> {
    app.drain();
    await wait(options.unreadyMs ?? 500);
    await acceptWaiting();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    await closed;
    clearTimeout(cut);
    await app.close();
  }
  return {
    url: `http://${shown}:${bound}`,
    port: bound,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}
