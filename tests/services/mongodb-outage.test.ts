import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGridfsBlobs } from '../../platform/blobs/gridfs.ts';
import { openMongoStore } from '../../platform/store/mongodb/store.ts';
import { createKey } from '../../serving/auth/keys.ts';
import { predictions } from '../../serving/runtime/prediction-log.ts';
import { type Fixture, jumpPackage, openFixture } from '../serving/fixture.ts';
import { type OwnService, serviceUrl, startProxy, startService } from './real.ts';

const LONG = process.env.TOUCHLINE_LONG === '1';
// Longer than keys are cached, so that the cache alone cannot explain the answers.
const OUTAGE_MS = LONG ? 60_000 : 11_000;
const CLIENTS = 4;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(!serviceUrl('mongodb'))(
  'predictions while MongoDB is unreachable (needs scripts/services.sh start mongodb)',
  () => {
    let mongodb: OwnService;
    let proxy: Awaited<ReturnType<typeof startProxy>>;
    let fixture: Fixture;
    let child: ChildProcess | undefined;
    let url: string;
    let key: string;
    /** Ids of the answered predictions. */
    const answered = new Set<string>();

    beforeAll(async () => {
      mongodb = await startService('mongodb');
      proxy = await startProxy(mongodb.port);
      fixture = openFixture(undefined, {
        store: openMongoStore({ url: mongodb.url }),
        blobs: openGridfsBlobs({ url: mongodb.url }),
      });
      await fixture.promote('jumps', await jumpPackage());
      const made = await createKey(fixture.deps.store, { role: 'viewer', owner: 'an app', now: Date.now() });
      key = made.key;
      url = await start();
    }, 60_000);
    afterAll(async () => {
      child?.kill('SIGKILL');
      mongodb.resume();
      await proxy.close();
      await fixture.close();
      await mongodb.stop();
    });

    async function start(): Promise<string> {
      const script = join(import.meta.dirname, 'serving-child.ts');
      const store = `mongodb://127.0.0.1:${proxy.port}`;
      child = spawn(process.execPath, ['--import', 'tsx', script, store, fixture.folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [data] = (await once(child.stdout!, 'data')) as [Buffer];
      return data.toString().trim();
    }

    async function predict(): Promise<{ status: number; ms: number; model: unknown }> {
      const started = performance.now();
      const answer = await fetch(`${url}/v1/jumps/score`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
        body: JSON.stringify({ angles: [90], side: 'left' }),
      });
      const body = (await answer.json()) as { prediction_id: string; model: unknown };
      if (answer.status === 200) answered.add(body.prediction_id);
      return { status: answer.status, ms: performance.now() - started, model: body.model };
    }

    /** Sends predictions from several clients until `until` resolves; a client stops when its connection fails. */
    async function predictUntil(until: Promise<unknown>) {
      let running = true;
      const answers: Awaited<ReturnType<typeof predict>>[] = [];
      const clients = Array.from({ length: CLIENTS }, async () => {
        while (running) {
          answers.push(await predict());
          await wait(20);
        }
      });
      await until;
      running = false;
      await Promise.allSettled(clients);
      return answers;
    }

    const stored = async () => {
      const found: string[] = [];
      for await (const { id } of predictions(fixture.deps.store).all()) found.push(id);
      return found;
    };
    const missing = async () => {
      const found = new Set(await stored());
      return [...answered].filter((id) => !found.has(id)).length;
    };

    const allStored = () => expect.poll(missing, { timeout: 30_000, interval: 250 }).toBe(0);

    it.each([
      ['cut off', () => proxy.cut(), () => proxy.heal()],
      ['hung', () => mongodb.pause(), () => mongodb.resume()],
    ])(
      `continue, and are all stored exactly once afterwards: ${OUTAGE_MS / 1_000} s ${'%s'}`,
      async (_, away, back) => {
        await predict();
        await away();
        const answers = await predictUntil(wait(OUTAGE_MS));
        expect(answers.length).toBeGreaterThan(100);
        expect(answers.filter(({ status, model }) => status !== 200 || model === null)).toEqual([]);
        expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(5_000);
        const health = (await (await fetch(`${url}/health/ready`)).json()) as object;
        expect(health).toMatchObject({ status: 'ready', degraded: ['store: away'] });
        await back();
        await allStored();
        expect((await stored()).sort()).toEqual([...answered].sort());
      },
      OUTAGE_MS + 60_000,
    );

    it('are stored exactly once where the serving process was killed meanwhile', async () => {
      await predict();
      await proxy.cut();
      const gone = once(child!, 'exit');
      await predictUntil(wait(1_500).then(() => child!.kill('SIGKILL')));
      await gone;
      await proxy.heal();
      expect(await missing()).toBeGreaterThan(0);
      await start();
      await allStored();
      // Predictions that were stored but not answered: at most one for each client.
      expect((await stored()).length - answered.size).toBeLessThanOrEqual(CLIENTS);
    }, 60_000);
  },
);
