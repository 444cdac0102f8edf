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
  /** Milliseconds that requests under way have to end once it stops; default 25,000. */
  graceMs?: number;
  /** Milliseconds between saying 'not ready' and refusing new connections; default 500. */
  unreadyMs?: number;
}

export interface RunningServer {
  url: string;
  port: number;
  /** Not ready, then no new connections, then every request under way answered, then closed. Again is harmless. */
  stop(): Promise<void>;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'is taken: choose another one' : `cannot be had (${error.code})`;
      reject(new TouchlineError('INVALID_CONFIG', `Port ${port} of ${host} ${why}.`, { cause: error }));
    });
    server.listen(port, host, () => resolve());
  });
}

/** Milliseconds that connections are still accepted at most, where new ones never cease to come. */
const ACCEPT_MS = 5_000;
/** Turns of the event loop, which each accept what waits, that must pass without a new connection. */
const QUIET_TURNS = 3;

const turn = () => new Promise((resolve) => setImmediate(resolve));
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Listens, and takes up the champions.
 * @param mode as the app was made with: without keys it refuses to listen beyond loopback (INVALID_CONFIG).
 */
export async function startServer(
  app: ServingApp,
  options: ListenOptions & { mode: 'keys' | 'demo' },
): Promise<RunningServer> {
  const { host = '127.0.0.1', port, mode } = options;
  if (mode === 'demo' && !isLoopback(host))
    throw new TouchlineError(
      'INVALID_CONFIG',
      `Without keys the server listens on loopback only, not on ${host}: turn keys on, or use 127.0.0.1.`,
    );
  const server = createServer(app.express);
  // Those who send slowly are cut, so that they cannot hold every connection.
  server.headersTimeout = 10_000;
  server.requestTimeout = 15_000;
  server.keepAliveTimeout = 5_000;
  server.maxHeadersCount = 100;
  // Connections that a stopping server still answers are told not to come back.
  let stopping: Promise<void> | undefined;
  let sweep: NodeJS.Immediate | undefined;
  server.prependListener('request', (_request, response) => {
    if (stopping !== undefined) response.setHeader('Connection', 'close');
    response.once('close', () => {
      // One that began before the stop was not told to close: it would stay open until its keep-alive ends.
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

  /** Until no connection waits to be accepted: closing the listening socket resets those that do. */
  async function acceptWaiting(): Promise<void> {
    const until = performance.now() + ACCEPT_MS;
    for (let quiet = 0; quiet < QUIET_TURNS && performance.now() < until; quiet++) {
      const before = accepted;
      await turn();
      if (accepted > before) quiet = -1;
    }
  }

  async function stop(): Promise<void> {
    app.drain();
    await wait(options.unreadyMs ?? 500);
    await acceptWaiting();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cut = setTimeout(() => server.closeAllConnections(), options.graceMs ?? 25_000);
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
