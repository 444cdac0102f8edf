import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bronzeUnits } from '../../etl/bronze.ts';
import { asShot } from '../../etl/rows/shots.ts';
import { runEtl } from '../../etl/run-etl.ts';
import { pagedHttp } from '../../etl/sources/http.ts';
import { shots } from '../../pipelines/shots.ts';
import { contents, openWorkspace, shotRows, type Workspace } from './fixtures.ts';
import { type PagedServer, startPagedServer } from './paged-server.ts';

let place: Workspace;
let server: PagedServer;
const plan = {
  ...shots.etl,
  sources: [pagedHttp(asShot, { pageSize: 16, backoffMs: 5, timeoutMs: 300, attempts: 3 })],
};
const run = (from = server.url, options = {}) =>
  runEtl(plan, from, { store: place.store, blobs: place.blobs, ...options });

beforeEach(async () => {
  place = openWorkspace();
  server = await startPagedServer(shotRows());
});
afterEach(async () => {
  await server.close();
  await place.close();
});

describe('the paged source', () => {
  it('requests pages until one is empty, and a second run finds no new records', async () => {
    expect(await run()).toMatchObject({ read: 40, accepted: 40 });
    expect(server.requests).toEqual(Array(4).fill('/getdata/16'));
    expect(await run()).toMatchObject({ read: 0, accepted: 0 });
    expect(await place.store.collection('gold_shots').count()).toBe(40);
  });

  it('starts over if the address ends in /reset, and stores no record twice', async () => {
    await run();
    expect(await run(`${server.url}/reset`)).toMatchObject({ read: 40, accepted: 0, duplicates: 40 });
    expect(await place.store.collection('gold_shots').count()).toBe(40);
  });

  it('requests no more records than the limit, so that the next run continues there', async () => {
    expect(await run(server.url, { limit: 20 })).toMatchObject({ read: 20, accepted: 20 });
    expect(server.requests).toEqual(['/getdata/16', '/getdata/4']);
    expect(await run()).toMatchObject({ read: 20, accepted: 20 });
  });

  it('retries after 503, 429 and a time-out', async () => {
    server.faults.push(503, 429);
    expect(await run(server.url, { limit: 16 })).toMatchObject({ read: 16 });
    server.faults.push('hang');
    expect(await run()).toMatchObject({ read: 24 });
  });

  it('gives up with UNAVAILABLE and keeps the pages received before', async () => {
    const faulty = run(server.url, { progress: () => server.faults.push(500, 502, 503) });
    await expect(faulty).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('503 (3 attempts)'),
    });
    expect(await place.store.collection('gold_shots').count()).toBe(16);
    server.faults.length = 0;
    expect(await run()).toMatchObject({ read: 24, accepted: 24 });
  });

  it('does not retry after a 4xx status', async () => {
    server.faults.push(404);
    await expect(run()).rejects.toMatchObject({ code: 'NOT_FOUND', details: { status: 404 } });
    expect(server.requests).toHaveLength(1);
    server.faults.push(403);
    await expect(run()).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { status: 403 } });
  });

  it('reports a server that cannot be reached', async () => {
    const { url } = server;
    await server.close();
    await expect(run(url)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('cannot be reached'),
    });
    server = await startPagedServer([]);
  });

  it('stores a page that was received but not stored before the run was killed', async () => {
    await run(server.url, { limit: 16 });
    const units = bronzeUnits(place.store);
    const [unit] = await contents<Parameters<typeof units.put>[0]>(place.store, 'bronze');
    await units.put({ ...unit, status: 'received' });
    await place.store.collection('silver_shots').deleteMany({ line: { gt: 5 } });
    await place.store.collection('gold_shots').deleteMany({});
    expect(await run()).toMatchObject({ read: 40, accepted: 40 });
    expect(await place.store.collection('silver_shots').count()).toBe(40);
    expect(await place.store.collection('gold_shots').count()).toBe(40);
  });
});
