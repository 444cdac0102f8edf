import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PagedServer {
  url: string;
  /** Requested paths, in order. */
  requests: string[];
  /** Responses to the next requests instead of rows: a status, or `hang` for no response. */
  faults: (number | 'hang')[];
  close(): Promise<void>;
}

/**
 * A server that returns each row once: `GET /getdata/<n>` returns the next n rows as a JSON array, and `GET /reset` starts
 * over.
 */
export async function startPagedServer(rows: readonly unknown[]): Promise<PagedServer> {
  let next = 0;
  const requests: string[] = [];
  const faults: PagedServer['faults'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    const fault = faults.shift();
    if (fault === 'hang') return;
    response.setHeader('content-type', 'application/json');
    const count = /^\/getdata\/(\d{1,6})$/.exec(path)?.[1];
    if (fault !== undefined) response.writeHead(fault).end('{}');
    else if (path === '/reset') {
      next = 0;
      response.end('{}');
    } else if (count === undefined) response.writeHead(404).end('{}');
    else {
      const page = rows.slice(next, next + Number(count));
      next += page.length;
      response.end(JSON.stringify(page));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
