import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { limitConcurrency } from '../../platform/concurrency.ts';
import { createMlflowClient } from '../../platform/tracking/mlflow/client/client.ts';
import { isSigned } from '../../platform/tracking/mlflow/client/webhooks.ts';
import { paramOf, paramText } from '../../platform/tracking/mlflow/values.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A client of a fake server that answers one call after the other, for what a real server cannot be made to do. */
async function clientOf(...answers: Answer[]) {
  const calls: string[] = [];
  server = createServer((request, response) => {
    if (request.url === '/version') return response.end('3.17.2');
    calls.push(`${request.method} ${request.url?.replace('/api/2.0/mlflow/', '')}`);
    return (answers.shift() as Answer)(request, response);
  });
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { calls, client: createMlflowClient({ url, backoffMs: 5, timeoutMs: 300 }) };
}
const says =
  (status: number, json: object, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(json));
const busy = says(503, { error_code: 'TEMPORARILY_UNAVAILABLE', message: 'busy' });
const silent: Answer = () => {};

describe('the MLflow client', () => {
  it('repeats a request after a brief outage', async () => {
    const { calls, client } = await clientOf(
      busy,
      silent,
      says(200, { registered_model: { name: 'shots' } }),
    );
    expect(await client.registry.model('shots')).toMatchObject({ name: 'shots' });
    expect(calls).toHaveLength(3);
  });

  it('gives up after four attempts, with the error of the server', async () => {
    const { calls, client } = await clientOf(busy, busy, busy, busy);
    await expect(client.registry.model('shots')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('busy'),
    });
    expect(calls).toHaveLength(4);
  });

  it('checks whether something was created before creating it again', async () => {
    const absent = says(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'none' });
    const there = says(200, { experiment: { experiment_id: '7', name: 'shots' } });
    const { calls, client } = await clientOf(absent, silent, there);
    expect(await client.experiments.ensure('shots')).toMatchObject({ experiment_id: '7' });
    expect(calls.map((call) => call.split('?')[0])).toEqual([
      'GET experiments/get-by-name',
      'POST experiments/create',
      'GET experiments/get-by-name',
    ]);
  });

  it('creates something again if the server says that it did not', async () => {
    const limited = says(
      429,
      { error_code: 'REQUEST_LIMIT_EXCEEDED', message: 'slow down' },
      { 'Retry-After': '0' },
    );
    const absent = says(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'none' });
    const { calls, client } = await clientOf(
      absent,
      limited,
      says(200, { registered_model: { name: 'shots' } }),
    );
    expect(await client.registry.ensureModel('shots')).toMatchObject({ name: 'shots' });
    expect(calls.filter((call) => call.startsWith('POST'))).toHaveLength(2);
  });

  it('does not repeat a rejected request', async () => {
    const wrong = says(400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'no such column' });
    const { calls, client } = await clientOf(wrong);
    await expect(
      client.runs
        .search({ experiments: ['1'] })
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'MLflow: no such column',
    });
    expect(calls).toHaveLength(1);
  });
});

it('runs at most four tasks at a time, in order, even if some fail', async () => {
  const limited = limitConcurrency(4);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      limited(async () => {
        order.push(i);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        if (i % 3 === 0) throw new Error('failed');
      }),
    ),
  );
  expect(most).toBe(4);
  expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

it('reads every param back unchanged', () => {
  const any = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0)),
    fc.constantFrom('7', 'true', '', '"', '"a"', '1e3', '-0', '0.1', 'NaN'),
  );
  fc.assert(
    fc.property(any, (value) => {
      expect(paramOf(paramText(value))).toBe(value);
    }),
    { seed: 1, numRuns: 2_000 },
  );
});

it('accepts only the signature for the same id, time, body and secret', () => {
  const body = Buffer.from('{"entity":"model_version_alias"}');
  const mac = createHmac('sha256', 'secret').update(`id.100.${body}`).digest('base64');
  const delivery = { signature: `v1,${mac}`, timestamp: '100', delivery: 'id', body };
  expect(isSigned(delivery, 'secret')).toBe(true);
  for (const change of [
    { delivery: 'ie' },
    { timestamp: '101' },
    { body: Buffer.from('{}') },
    { signature: mac },
    { signature: '' },
  ])
    expect(isSigned({ ...delivery, ...change }, 'secret')).toBe(false);
  expect(isSigned(delivery, 'other')).toBe(false);
});
