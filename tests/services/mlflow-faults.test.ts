import { randomUUID } from 'node:crypto';
import { request as ask, createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { hashBytes } from '../../platform/hash.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Store } from '../../platform/store/store.ts';
import { createAliases } from '../../platform/tracking/mlflow/aliases.ts';
import { createMlflowClient, type MlflowClient } from '../../platform/tracking/mlflow/client/client.ts';
import { openMlflowTracking } from '../../platform/tracking/mlflow/tracking.ts';
import type { Tracking } from '../../platform/tracking/tracking.ts';
import { history } from '../../registry/history.ts';
import { collect } from '../conformance/tools.ts';
import { serviceUrl, startProxy } from './real.ts';

const url = serviceUrl('mlflow');
const listening = (server: Server) =>
  new Promise<string>((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ),
  );

describe.skipIf(!url)('a failing MLflow (skipped unless `scripts/services.sh start mlflow` runs)', () => {
  let store: Store;
  let client: MlflowClient;
  let product: string;
  const products: string[] = [];
  beforeAll(() => {
    client = createMlflowClient({ url: url! });
  });
  beforeEach(() => {
    store = openSqliteStore({ path: ':memory:' });
    product = `faults-${randomUUID().slice(0, 8)}`;
    products.push(product);
    return () => store.close();
  });
  afterAll(async () => {
    for (const name of products) await client.registry.deleteModel(name);
  });
  const open = (address: string) => openMlflowTracking({ url: address, store });
  const register = (tracking: Tracking, content: string) =>
    tracking.createVersion({ model: product, run: 'none', package: hashBytes(content) });

  it.each([
    [
      'a closed port',
      'http://127.0.0.1:1090',
      'UNAVAILABLE',
      /127\.0\.0\.1:1090 cannot be reached \(ECONNREFUSED\)/,
    ],
    ['no such host', 'http://mlflow.invalid', 'UNAVAILABLE', /mlflow\.invalid cannot be reached/],
    [
      'TLS to a server without TLS',
      url?.replace('http:', 'https:'),
      'UNAVAILABLE',
      /^TLS to MLflow at .* failed/,
    ],
    ['another path', `${url}/elsewhere`, 'INVALID_CONFIG', /is not an MLflow server/],
  ])('names the setting for %s', async (_, address, code, message) => {
    const error = await open(address!)
      .ping()
      .catch((thrown) => thrown);
    expect(error).toMatchObject({ code, details: { setting: 'TOUCHLINE_TRACKING' } });
    expect(error.message).toMatch(message);
    expect(error.message).toContain('TOUCHLINE_TRACKING');
  });

  it.each([
    ['a server that is too old', '2.9.2', 'text/plain', /version 2\.9\.2: 3\.0 or newer/],
    ['another program', '<html>Hello</html>', 'text/html', /is not an MLflow server/],
  ])('rejects %s', async (_, answer, type, message) => {
    const server = createServer((_request, response) => response.setHeader('Content-Type', type).end(answer));
    const error = await open(await listening(server))
      .listRuns('shots')
      .catch((thrown) => thrown);
    server.close();
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', details: { setting: 'TOUCHLINE_TRACKING' } });
    expect(error.message).toMatch(message);
  });

  it('creates nothing twice if the answer to a request is lost', async () => {
    // A proxy that breaks the connection instead of passing on the first answer to each creation.
    const lost = new Set<string>();
    const lossy = createServer((incoming, outgoing) => {
      const path = incoming.url ?? '';
      const { host: _, ...headers } = incoming.headers;
      const onward = ask(`${url}${path}`, { method: incoming.method, headers }, (answer) => {
        if (incoming.method === 'POST' && /(create|logged-models)$/.test(path) && !lost.has(path)) {
          lost.add(path);
          answer.resume().on('end', () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
    const tracking = open(await listening(lossy));
    const run = await tracking.startRun({ experiment: product, name: 'ridge' });
    const { version } = await register(tracking, 'a');
    expect([...lost].map((path) => path.replace('/api/2.0/mlflow/', '')).sort()).toEqual([
      'experiments/create',
      'logged-models',
      'model-versions/create',
      'registered-models/create',
      'runs/create',
    ]);
    expect(version).toBe(1);
    const direct = open(url!);
    expect((await direct.listRuns(product)).map(({ id }) => id)).toEqual([run.id]);
    expect(await direct.listVersions(product)).toHaveLength(1);
    lossy.close();
    lossy.closeAllConnections();
  });

  it('continues after connections were reset and cut', async () => {
    const proxy = await startProxy(Number(new URL(url!).port));
    const tracking = open(`http://127.0.0.1:${proxy.port}`);
    const run = await tracking.startRun({ experiment: product, name: 'ridge' });
    const work = (async () => {
      for (let step = 0; step < 30; step++)
        await tracking.logRun(run.id, { metrics: [{ name: 'loss', value: step, step }] });
    })();
    const faults = (async () => {
      for (let i = 0; i < 3; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        proxy.reset();
      }
      await proxy.cut();
      await new Promise((resolve) => setTimeout(resolve, 200));
      await proxy.heal();
    })();
    await Promise.all([work, faults]);
    expect(await tracking.metricHistory(run.id, 'loss')).toHaveLength(30);
    await proxy.close();
  });

  it('keeps a move that did not reach the server, and completes it later', async () => {
    const proxy = await startProxy(Number(new URL(url!).port));
    for (const content of ['a', 'b']) await register(open(url!), content);
    const first = (await open(url!).moveAlias(product, 'champion', 1, 0))!;
    const { registry } = createMlflowClient({ url: `http://127.0.0.1:${proxy.port}`, tries: 2 });
    // The connection breaks at the critical moment: after the decision, before the server is updated.
    const setAlias: typeof registry.setAlias = async (...alias) => {
      await proxy.cut();
      return registry.setAlias(...alias);
    };
    const later = { ...systemClock, now: () => Date.now() + 60_000 };
    const broken = createAliases({ ...registry, setAlias }, { store, clock: systemClock });
    const moved = await broken.moveAlias(product, 'champion', 2, first.revision);
    expect(moved).toMatchObject({ version: 2 });
    await proxy.heal();
    expect(await client.registry.alias(product, 'champion')).toBe(1);
    // Every process sees the decision. Once the lease of the move has expired, the next one to read it completes it.
    expect(await open(url!).getAlias(product, 'champion')).toEqual(moved);
    const healed = createAliases(client.registry, { store, clock: later });
    expect(await healed.getAlias(product, 'champion')).toEqual(moved);
    expect(await client.registry.alias(product, 'champion')).toBe(2);
    await proxy.close();
  });

  it('follows an alias that was moved or deleted on the server itself', async () => {
    const tracking = open(url!);
    for (const content of ['a', 'b', 'c']) await register(tracking, content);
    const first = (await tracking.moveAlias(product, 'champion', 1, 0))!;
    await client.registry.setAlias(product, 'champion', 3);
    const seen = (await tracking.getAlias(product, 'champion'))!;
    expect(seen).toMatchObject({ version: 3 });
    expect(seen.revision).toBeGreaterThan(first.revision);
    expect(await tracking.moveAlias(product, 'champion', 2, first.revision)).toBeUndefined();
    // The ledger records the move as the server's, without an approval.
    const { periods } = await history(product, { tracking, store });
    expect(periods).toMatchObject([
      { version: 3, by: 'tracking server', package: hashBytes('c'), until: null, previous: null },
    ]);
    expect((await history(product, { tracking, store })).periods).toEqual(periods);
    await client.registry.deleteAlias(product, 'champion');
    expect(await tracking.getAlias(product, 'champion')).toBeUndefined();
    const again = (await tracking.moveAlias(product, 'champion', 2, 0))!;
    expect(again.revision).toBeGreaterThan(seen.revision);
    expect(await client.registry.alias(product, 'champion')).toBe(2);
  });

  it('lets exactly one of several workers move an alias, and the server agrees', async () => {
    const workers = Array.from({ length: 4 }, () => open(url!));
    for (const content of ['a', 'b', 'c', 'd']) await register(workers[0], content);
    let revision = 0;
    for (let round = 0; round < 5; round++) {
      const moves = await Promise.all(
        workers.map((worker, i) => worker.moveAlias(product, 'champion', i + 1, revision)),
      );
      const [won, ...others] = moves.filter((move) => move !== undefined);
      expect(others).toEqual([]);
      revision = won.revision;
      expect(await client.registry.alias(product, 'champion')).toBe(won.version);
      expect(await workers[round % 4].getAlias(product, 'champion')).toEqual(won);
    }
  });
});

it.skipIf(!url)('lists many runs page by page', async () => {
  const { experiments, runs } = createMlflowClient({ url: url! });
  const { experiment_id } = await experiments.ensure(`pages-${randomUUID().slice(0, 8)}`);
  const made = await Promise.all(
    Array.from({ length: 7 }, (_, i) =>
      runs.create({ experiment: experiment_id, name: `r${i}`, startedAt: i + 1 }),
    ),
  );
  const listed = await collect(
    runs.search({ experiments: [experiment_id], order: ['attributes.start_time ASC'], page: 2 }),
  );
  expect(listed.map(({ info }) => info.run_id)).toEqual(made.map(({ info }) => info.run_id));
  await experiments.delete(experiment_id);
});

it.skipIf(!url)('finds logged models by tags, and webhooks until they are deleted', async () => {
  const { experiments, loggedModels, webhooks } = createMlflowClient({ url: url! });
  const name = `client-${randomUUID().slice(0, 8)}`;
  const { experiment_id: experiment } = await experiments.ensure(name);
  const [one, two] = await Promise.all(
    ['1', '2'].map((value) => loggedModels.create({ experiment, name, tags: [{ key: 'seed', value }] })),
  );
  await loggedModels.finalize(two.info.model_id);
  const found = await collect(
    loggedModels.search({ experiments: [experiment], filter: "tags.`seed` = '2'" }),
  );
  expect(found.map(({ info }) => info)).toMatchObject([
    { model_id: two.info.model_id, status: 'LOGGED_MODEL_READY' },
  ]);
  expect((await loggedModels.get(one.info.model_id))?.info.status).toBe('LOGGED_MODEL_PENDING');
  expect(await loggedModels.get('m-00000000000000000000000000000000')).toBeUndefined();
  await experiments.delete(experiment);
  const events = [{ entity: 'MODEL_VERSION_ALIAS', action: 'DELETED' }];
  const hook = await webhooks.create({
    name,
    url: 'http://127.0.0.1:9/hook',
    secret: 'a-secret-of-tests',
    events,
  });
  const names = async () => (await collect(webhooks.all())).map((webhook) => webhook.name);
  expect(await names()).toContain(name);
  await webhooks.delete(hook.webhook_id);
  expect(await names()).not.toContain(name);
});
