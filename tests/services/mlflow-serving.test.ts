import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPackages } from '../../models/package/store.ts';
import { createMlflowClient, type MlflowClient } from '../../platform/tracking/mlflow/client/client.ts';
import { openMlflowTracking } from '../../platform/tracking/mlflow/tracking.ts';
import type { Tracking } from '../../platform/tracking/tracking.ts';
import type { AppDeps } from '../../serving/deps.ts';
import { type RunningServer, startServer } from '../../serving/server.ts';
import { start } from '../cli/touchline.ts';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { type Fixture, jumpPackage, openFixture } from '../serving/fixture.ts';
import { type OwnService, serviceUrl, startService } from './real.ts';

const SECRET = 'a-secret-of-mlflow-0123456789';
const ITEM = JSON.stringify({ angles: [90], side: 'left' });
const JSON_TYPE = { 'Content-Type': 'application/json' };

describe.skipIf(!serviceUrl('mlflow'))(
  'serving with MLflow (skipped unless `scripts/services.sh start mlflow` runs)',
  () => {
    let mlflow: OwnService;
    let client: MlflowClient;
    let tracking: Tracking;
    let fixture: Fixture;
    beforeAll(async () => {
      mlflow = await startService('mlflow');
      fixture = openFixture();
      client = createMlflowClient({ url: mlflow.url });
      tracking = openMlflowTracking({ url: mlflow.url, store: fixture.deps.store });
    }, 120_000);
    afterAll(async () => {
      await mlflow.stop();
      await fixture.close();
    });

    async function register(shift: number): Promise<{ version: number; hash: string }> {
      const { hash, files } = await jumpPackage(shift);
      await openPackages(fixture.deps).put(files);
      const run = await tracking.startRun({ experiment: 'jumps', name: 'linear' });
      for (const [path, bytes] of files) await tracking.putArtifact(run.id, `package/${path}`, bytes);
      await tracking.finishRun(run.id, 'finished');
      const { version } = await tracking.createVersion({ model: 'jumps', run: run.id, package: hash });
      return { version, hash };
    }
    const servers: RunningServer[] = [];
    async function serve(change: Partial<AppDeps>) {
      const app = fixture.app({ tracking, auth: { mode: 'keys' }, ...change });
      const server = await startServer(app, { port: 0, mode: 'keys', unreadyMs: 0 });
      servers.push(server);
      const served = () => app.champions.state('jumps').served?.package;
      return { app, server, served, hook: `${server.url}/hooks/mlflow` };
    }
    afterAll(async () => {
      for (const server of servers) await server.stop();
    });

    it('loads the champion as soon as a signed webhook of a real server reports it', async () => {
      const [one, two] = [await register(0), await register(1)];
      // Without the webhook, the server would not look for a new champion during this test.
      const { served, hook } = await serve({ trackingHookSecret: SECRET, pollMs: 3_600_000 });
      expect(served()).toBeUndefined();
      await client.webhooks.create({
        name: 'touchline',
        url: hook,
        secret: SECRET,
        events: [{ entity: 'MODEL_VERSION_ALIAS', action: 'CREATED' }],
      });
      await tracking.moveAlias('jumps', 'champion', one.version, 0);
      await eventually(() => served() === one.hash);
      // As in MLflow's own pages, or from Python.
      await client.registry.setAlias('jumps', 'champion', two.version);
      await eventually(() => served() === two.hash);
      expect(await tracking.getAlias('jumps', 'champion')).toMatchObject({ version: two.version });

      const body = JSON.stringify({
        entity: 'model_version_alias',
        action: 'created',
        data: { name: 'jumps', alias: 'champion', version: '1' },
      });
      const deliver = async (secret: string, ageS: number, sent = body) => {
        const at = String(Math.floor(Date.now() / 1_000) - ageS);
        const mac = createHmac('sha256', secret).update(`id.${at}.${body}`).digest('base64');
        const headers = {
          'X-MLflow-Signature': `v1,${mac}`,
          'X-MLflow-Timestamp': at,
          'X-MLflow-Delivery-Id': 'id',
        };
        const answer = await fetch(hook, {
          method: 'POST',
          headers: { ...JSON_TYPE, ...headers },
          body: sent,
        });
        await answer.body?.cancel();
        return answer.status;
      };
      expect(await deliver(SECRET, 0)).toBe(200);
      expect(await deliver('another-secret-0123456789', 0)).toBe(401);
      expect(await deliver(SECRET, 0, body.replace('jumps', 'throws'))).toBe(401);
      expect(await deliver(SECRET, 301)).toBe(401);
      expect(await deliver(SECRET, -301)).toBe(401);
      expect((await fetch(hook, { method: 'POST', headers: JSON_TYPE, body })).status).toBe(401);
      const large = 'x'.repeat(65 * 1_024);
      expect((await fetch(hook, { method: 'POST', headers: JSON_TYPE, body: large })).status).toBe(413);
      const closed = await serve({ pollMs: 3_600_000 });
      const at = String(Math.floor(Date.now() / 1_000));
      const mac = createHmac('sha256', '').update(`id.${at}.${body}`).digest('base64');
      const headers = {
        'X-MLflow-Signature': `v1,${mac}`,
        'X-MLflow-Timestamp': at,
        'X-MLflow-Delivery-Id': 'id',
      };
      expect(
        (await fetch(closed.hook, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body })).status,
      ).toBe(401);
    });

    it('keeps its champion and reports what to do if the alias points to a version that was not imported', async () => {
      const { app, served } = await serve({ pollMs: 50 });
      const before = served();
      const { experiment_id } = await client.experiments.ensure('python');
      const { info } = await client.loggedModels.create({ experiment: experiment_id, name: 'theirs' });
      const { version } = await client.registry.createVersion({
        model: 'jumps',
        source: `models:/${info.model_id}`,
        loggedModel: info.model_id,
        tags: [{ key: 'by', value: 'python' }],
      });
      const { version: present } = (await tracking.getAlias('jumps', 'champion'))!;
      await client.registry.setAlias('jumps', 'champion', version);
      await eventually(() => app.champions.state('jumps').failure !== undefined);
      expect(app.champions.state('jumps').failure).toMatchObject({ version, code: 'PACKAGE_INVALID' });
      expect(app.champions.state('jumps').failure?.message).toContain('champion <product> promote');
      expect(served()).toBe(before);
      await client.registry.setAlias('jumps', 'champion', present);
      await eventually(() => app.champions.state('jumps').failure === undefined);
    });

    it('downloads a package that another machine trained, and stores it', async () => {
      const { hash } = await register(2);
      const elsewhere = openFixture();
      const packages = openPackages({ blobs: elsewhere.deps.blobs, tracking });
      expect([...(await packages.get(hash)).keys()].sort()).toEqual(
        [...(await jumpPackage(2)).files.keys()].sort(),
      );
      expect(await elsewhere.deps.blobs.has(hash)).toBe(true);
      await elsewhere.close();
    });

    it.each(['killed', 'hanging'] as const)(
      'predicts with MLflow %s, even after a cold start, and follows it once it recovers',
      async (how) => {
        const next = await register(how === 'killed' ? 3 : 4);
        const running = await serve({ auth: { mode: 'demo' }, pollMs: 50 });
        const before = running.served();
        expect(before).toBeDefined();
        if (how === 'killed') await mlflow.kill();
        else mlflow.pause();

        const predict = async (url: string) => {
          const began = performance.now();
          const answer = await fetch(`${url}/v1/jumps/score`, {
            method: 'POST',
            headers: JSON_TYPE,
            body: ITEM,
          });
          const { model } = (await answer.json()) as { model: { package: string } };
          return { status: answer.status, package: model.package, ms: performance.now() - began };
        };
        const answers = [];
        for (let i = 0; i < 50; i++) answers.push(await predict(running.server.url));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
        expect(new Set(answers.map((answer) => answer.package))).toEqual(new Set([before]));
        expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(1_000);

        const began = performance.now();
        const cold = await serve({ auth: { mode: 'demo' }, pollMs: 50 });
        expect(performance.now() - began).toBeLessThan(8_000);
        expect(await predict(cold.server.url)).toMatchObject({ status: 200, package: before });

        if (how === 'killed') await mlflow.restart();
        else mlflow.resume();
        const alias = await tracking.getAlias('jumps', 'champion');
        await tracking.moveAlias('jumps', 'champion', next.version, alias?.revision ?? 0);
        for (const { served } of [running, cold]) await eventually(() => served() === next.hash, 20_000);
      },
    );

    it('shuts down in time while MLflow hangs', async () => {
      const env = {
        TOUCHLINE_DATA: makeFolder(),
        TOUCHLINE_TRACKING: mlflow.url,
        TOUCHLINE_LOG_LEVEL: 'silent',
      };
      const serving = await start(['serve', '--port', '0', '--json'], { env });
      await eventually(() => serving.output().includes('url'), 30_000);
      mlflow.pause();
      // Long enough for a poll to hang.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      const began = performance.now();
      serving.child.kill('SIGTERM');
      const { status } = await serving.ended;
      mlflow.resume();
      expect(status).toBe(0);
      expect(performance.now() - began).toBeLessThan(10_000);
    });
  },
);
