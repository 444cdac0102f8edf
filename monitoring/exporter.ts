import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TouchlineError } from '../platform/errors.ts';
import { METRICS_TYPE, type Metrics } from './metrics.ts';

/** HTTP endpoint for metrics and liveness, for a process that serves nothing else. */
export interface Exporter {
  url: string;
  close(): Promise<void>;
}

/**
 * Serves /metrics and /health/live without authentication: expose the address to the monitoring network only.
 * @throws INVALID_CONFIG where the port cannot be opened
 */
export async function startExporter(
  { registry }: Metrics,
  { host, port }: { host: string; port: number },
): Promise<Exporter> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://exporter').pathname;
    if (request.method !== 'GET') return void response.writeHead(405, { Allow: 'GET' }).end();
    if (path === '/health/live')
      return void response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"status":"live"}');
    if (path !== '/metrics') return void response.writeHead(404).end();
    const text = await registry.metrics();
    response.writeHead(200, { 'Content-Type': METRICS_TYPE }).end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'is already in use: choose another one'
          : `cannot be opened (${error.code})`;
      reject(
        new TouchlineError('INVALID_CONFIG', `Port ${port} on ${host} for metrics ${why}.`, {
          cause: error,
          details: { setting: 'TOUCHLINE_METRICS_PORT' },
        }),
      );
    });
    server.listen(port, host, () => resolve());
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
