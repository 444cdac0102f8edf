import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BullmqQueue, openBullmqQueue } from '../../platform/queue/bullmq/bullmq-queue.ts';
import type { JobHandler } from '../../platform/queue/queue.ts';
import { createKey } from '../../serving/auth/keys.ts';
import { allows, ROLES, type Role } from '../../serving/auth/roles.ts';
import { type RunningServer, startServer } from '../../serving/server.ts';
import { DESKTOP, noBrowser, openBrowser } from '../browser/browser.ts';
import { eventually } from '../conformance/tools.ts';
import { type Fixture, openFixture } from '../serving/fixture.ts';
import { serviceUrl } from './real.ts';
import { freshPrefix } from './redis-prefix.ts';

const url = serviceUrl('redis');
const PATH = '/admin/queues';

describe.skipIf(!url)('the job dashboard (needs scripts/services.sh start redis)', () => {
  let fixture: Fixture;
  let queue: BullmqQueue;
  let server: RunningServer;
  let app: ReturnType<Fixture['app']>;
  const keys = {} as Record<Role, string>;

  beforeAll(async () => {
    fixture = openFixture();
    const { store } = fixture.deps;
    queue = openBullmqQueue({ url: url as string, prefix: freshPrefix(url as string), store });
    for (const role of ROLES)
      keys[role] = (await createKey(store, { role, owner: `a ${role}`, now: Date.now() })).key;
    app = fixture.app({ queue, auth: { mode: 'keys' } });
    server = await startServer(app, { port: 0, mode: 'keys' });

    const handlers: Record<string, JobHandler> = {
      train: async () => ({ package: 'abc' }),
      drift: async () => {
        throw new Error('the champion is unavailable');
      },
    };
    queue.work(handlers, { pollMs: 20 });
    await queue.add('train', { product: 'shots' });
    await queue.add('train', { product: 'squats' }, { delayMs: 600_000 });
    await queue.add('drift', { product: 'shots' }, { maxAttempts: 1 });
    await queue.schedule({ id: 'drift-shots', kind: 'drift', payload: null, cron: '0 3 * * *' });
    await eventually(async () => {
      const { done, dead } = await queue.counts();
      return done === 1 && dead === 1;
    });
  });
  afterAll(async () => {
    await server.stop();
    await queue.close();
    await fixture.close();
  });

  const basic = (key: string) => `Basic ${Buffer.from(`anybody:${key}`).toString('base64')}`;
  const routes = () => app.routes.filter(({ path }) => path.startsWith(PATH));

  it('is only accessible to admins, in every page and operation', async () => {
    expect(routes().length).toBeGreaterThan(10);
    for (const route of routes()) {
      expect(route).toMatchObject({ method: 'get', access: 'admin' });
      const path = route.path.replace(':queueName', 'train').replace(':jobId', 'none');
      const open = await request(app.express).get(path).expect(401);
      expect(open.headers['www-authenticate']).toMatch(/^Basic /);
      for (const role of ROLES)
        for (const sent of [basic(keys[role]), `Bearer ${keys[role]}`]) {
          const { status } = await request(app.express).get(path).set('Authorization', sent);
          if (allows(role, 'admin')) expect([200, 404], path).toContain(status);
          else expect(status, `${role} ${path}`).toBe(403);
        }
    }
    await request(app.express).get(PATH).set('Authorization', basic('tl_wrong')).expect(401);
    // Other routes do not accept Basic authentication, which browsers would send by themselves.
    await request(app.express).get('/v1/alerts').set('Authorization', basic(keys.admin)).expect(401);
  });

  it('shows jobs by kind and state, and is read-only', async () => {
    const ask = (path: string) =>
      request(app.express).get(`${PATH}${path}`).set('Authorization', basic(keys.admin));
    const page = await ask('').expect(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.text).toContain('Touchline jobs');
    expect(page.text).not.toContain('https:');
    const script = /src="(static\/js\/main[^"]*)"/.exec(page.text)?.[1];
    await request(app.express).get(`${PATH}/${script}`).expect(200);
    const { body } = await ask('/api/queues?activeQueue=drift&status=failed&page=1&jobsPerPage=10').expect(
      200,
    );
    const shown = Object.fromEntries(body.queues.map((one: { name: string }) => [one.name, one]));
    expect(shown.train).toMatchObject({ readOnlyMode: true, counts: { completed: 1, delayed: 1 } });
    expect(shown.drift.jobs).toMatchObject([
      { failedReason: 'the champion is unavailable', data: { product: 'shots' } },
    ]);
    for (const path of ['/api/queues/pause', '/api/queues/train/empty', '/api/queues/train/obliterate'])
      await request(app.express).put(`${PATH}${path}`).set('Authorization', basic(keys.admin)).expect(404);
  });

  it('does not exist for a queue in the store', () => {
    expect(fixture.app().routes.filter(({ path }) => path.startsWith(PATH))).toEqual([]);
  });

  it.skipIf(noBrowser)('is displayed by a browser', async () => {
    const browser = await openBrowser();
    try {
      const context = await browser.newContext({
        viewport: DESKTOP,
        httpCredentials: { username: 'admin', password: keys.admin },
      });
      const page = await context.newPage();
      const failed: string[] = [];
      page.on('response', (response) => {
        if (response.status() >= 500) failed.push(response.url());
      });
      await page.goto(`${server.url}${PATH}`);
      await page.getByText('drift').first().waitFor();
      await page.getByText('Loading...').waitFor({ state: 'hidden' });
      if (process.env.TOUCHLINE_PICTURES)
        await page.screenshot({ path: `${process.env.TOUCHLINE_PICTURES}/queues.png` });
      await page.goto(`${server.url}${PATH}/queue/drift?status=failed`);
      await page.getByText('the champion is unavailable').first().waitFor();
      if (process.env.TOUCHLINE_PICTURES)
        await page.screenshot({ path: `${process.env.TOUCHLINE_PICTURES}/queue.png` });
      expect(failed).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
