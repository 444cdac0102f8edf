import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rollback } from '../../registry/promotion.ts';
import { startServer } from '../../serving/server.ts';
import { type Fixture, jumpPackage, openFixture } from './fixture.ts';

// The long variant runs 1,000 swaps with 32 clients.
const LONG = process.env.TOUCHLINE_LONG === '1';
const SWAPS = LONG ? 1_000 : 100;
const CLIENTS = LONG ? 32 : 4;
const ITEM = { angles: [90], side: 'left' };

describe('the served champion', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = openFixture();
  });
  afterEach(() => fixture.close());

  it(`is swapped ${SWAPS} times without a failed request, and each answer comes from one package`, async () => {
    const packages = [await jumpPackage(0), await jumpPackage(2)];
    const score = new Map([
      [packages[0].hash, 5],
      [packages[1].hash, 7],
    ]);
    const versions = [];
    for (const built of packages) versions.push(await fixture.register('jumps', built));
    const { tracking } = fixture.deps;
    let alias = await tracking.moveAlias('jumps', 'champion', versions[0].version, 0);
    // The alias is polled only on request, so that the number of swaps is known. Packages come from memory, so that the
    // test covers the swap and not the disk.
    const files = new Map(packages.map((built) => [built.hash, built.files]));
    const app = fixture.app({
      pollMs: 1_000_000,
      packages: { get: async (hash) => files.get(hash)! },
      limits: { requestsPerMinute: 1e9 },
    });
    const server = await startServer(app, { port: 0, mode: 'demo', unreadyMs: 0 });

    let swapping = true;
    const seen = new Map<string, number>();
    const client = async () => {
      while (swapping) {
        const answer = await fetch(`${server.url}/v1/jumps/score?reasons=false`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(ITEM),
        });
        expect(answer.status).toBe(200);
        const body = (await answer.json()) as { score: number; method: string; model: { package: string } };
        expect(body.method).toBe('ml_trained');
        expect(body.score).toBeCloseTo(score.get(body.model.package) ?? Number.NaN, 5);
        seen.set(body.model.package, (seen.get(body.model.package) ?? 0) + 1);
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    for (let swap = 1; swap <= SWAPS; swap++) {
      const { version, package: hash } = versions[swap % 2];
      alias = await tracking.moveAlias('jumps', 'champion', version, alias!.revision);
      await app.champions.refresh('jumps');
      expect(app.champions.state('jumps').served?.package).toBe(hash);
    }
    swapping = false;
    await Promise.all(clients);
    await server.stop();
    expect([...seen.keys()].sort()).toEqual([...score.keys()].sort());
    expect([...seen.values()].reduce((a, b) => a + b)).toBeGreaterThan(SWAPS / 2);
  }, 600_000);

  it('follows promotions and rollbacks without a restart', async () => {
    const app = fixture.app();
    await app.start();
    const score = async () =>
      (await request(app.express).post('/v1/jumps/score').send(ITEM).expect(200)).body;
    expect((await score()).method).toBe('rules_fallback');
    await fixture.promote('jumps', await jumpPackage(0));
    await expect.poll(async () => (await score()).score).toBeCloseTo(5, 5);
    await fixture.promote('jumps', await jumpPackage(2));
    await expect.poll(async () => (await score()).score).toBeCloseTo(7, 5);
    await rollback({ product: 'jumps', by: 'ana' }, fixture.promotion);
    await expect.poll(async () => (await score()).score).toBeCloseTo(5, 5);
  });

  it('stays when its successor cannot be loaded, which is reported once', async () => {
    await fixture.promote('jumps', await jumpPackage(0));
    const app = fixture.app();
    await app.start();
    const { tracking } = fixture.deps;
    const { version } = await fixture.register('jumps', await jumpPackage(0.3, { version: 2 }));
    const alias = await tracking.getAlias('jumps', 'champion');
    await tracking.moveAlias('jumps', 'champion', version, alias!.revision);
    await expect
      .poll(() => app.champions.state('jumps').failure)
      .toMatchObject({ code: 'PACKAGE_INVALID', version });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { body } = await request(app.express).post('/v1/jumps/score').send(ITEM).expect(200);
    expect(body.model.version).toBe(1);
    await request(app.express).get('/health/ready').expect(200);
    const { items } = await fixture.inbox.list();
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ severity: 'critical', messages: 1 });
    expect(items[0].body).toContain('Version 1 keeps answering');
    const bad = await tracking.getAlias('jumps', 'champion');
    await tracking.moveAlias('jumps', 'champion', 1, bad!.revision);
    await expect
      .poll(async () => (await fixture.inbox.list()).items)
      .toMatchObject([{ status: 'resolved', messages: 2, body: 'Version 1 is answering.' }]);
  });

  it('makes the server not ready while it cannot be loaded and there is no other', async () => {
    await fixture.promote('jumps', await jumpPackage(0));
    const app = fixture.app({
      packages: {
        get: async () => {
          throw new Error('gone');
        },
      },
    });
    await app.start();
    const { body } = await request(app.express).get('/health/ready').expect(503);
    expect(body.waiting_for).toEqual(['jumps: INTERNAL']);
    await request(app.express).get('/health/live').expect(200);
  });

  it('is the last verified one when the server starts without the tracking server', async () => {
    await fixture.promote('jumps', await jumpPackage(0));
    const first = fixture.app();
    await first.start();
    const unavailable = async () => {
      throw new Error('the tracking server is unavailable');
    };
    const second = fixture.app({
      tracking: { ...fixture.deps.tracking, getAlias: unavailable, getVersion: unavailable },
      spool: `${fixture.folder}/spool-2`,
    });
    await second.start();
    const { body } = await request(second.express).post('/v1/jumps/score').send(ITEM).expect(200);
    expect(body).toMatchObject({ method: 'ml_trained', model: { version: 1 } });
  });

  it('is replaced by the fixed rules when it fails, and the answer says so', async () => {
    await fixture.promote('jumps', await jumpPackage(0));
    const app = fixture.app();
    await app.start();
    await app.champions.use('jumps', async (champion) => {
      champion!.model.predict = async () => {
        throw new Error('the runtime broke');
      };
    });
    const { body } = await request(app.express).post('/v1/jumps/score').send(ITEM).expect(200);
    expect(body).toMatchObject({ method: 'rules_fallback', model: null, score: 7 });
    expect(body.note).toContain('model failed');
    expect(JSON.stringify(body)).not.toContain('runtime broke');
  });
});
