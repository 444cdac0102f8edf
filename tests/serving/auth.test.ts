import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { requireDeclared } from '../../serving/api/mount.ts';
import type { Route } from '../../serving/api/route.ts';
import { createKey, listKeys, revokeKey } from '../../serving/auth/keys.ts';
import { allows, ROLES, type Role } from '../../serving/auth/roles.ts';
import { type Fixture, openFixture } from './fixture.ts';

describe('API keys', () => {
  let fixture: Fixture;
  let app: ReturnType<Fixture['app']>;
  const keys = {} as Record<Role, { id: string; key: string }>;

  beforeAll(async () => {
    fixture = openFixture();
    for (const role of ROLES)
      keys[role] = await createKey(fixture.deps.store, { role, owner: `a ${role}`, now: Date.now() });
    app = fixture.app({ auth: { mode: 'keys' } });
    await app.start();
  });
  afterAll(() => fixture.close());

  /** Requests a route with its parameters filled in and an empty body. */
  function ask(route: Route, key?: string) {
    const path = route.path.replace(/:(\w+)/g, (_, name) => {
      const schema = route.params?.[name].schema;
      if (schema instanceof z.ZodEnum) return String(schema.options[0]);
      return name === 'product' ? 'jumps' : 'none';
    });
    const sent =
      route.method === 'get' ? request(app.express).get(path) : request(app.express).post(path).send({});
    return key === undefined ? sent : sent.set('Authorization', `Bearer ${key}`);
  }

  it('allow each role exactly the routes that declare it', async () => {
    for (const route of app.routes) {
      const open = await ask(route);
      if (route.access === 'public') expect(open.status, route.path).toBeLessThan(400);
      else expect(open.body.error?.code, route.path).toBe('UNAUTHENTICATED');
      for (const role of ROLES) {
        const { status, body } = await ask(route, keys[role].key);
        if (allows(role, route.access))
          expect([401, 403, 500], `${role} ${route.path}`).not.toContain(status);
        else expect(body.error?.code, `${role} ${route.path}`).toBe('FORBIDDEN');
      }
    }
  });

  it('are required by every route: the app refuses a route that does not declare its access', () => {
    const careless = fixture.app();
    careless.express.get('/v1/careless', (_request, response) => {
      response.send('open');
    });
    expect(() => requireDeclared(careless.express, careless.routes)).toThrow(/get \/v1\/careless/);
  });

  it('are checked before the body is read', async () => {
    const { body } = await request(app.express)
      .post('/v1/jumps/score')
      .set('Content-Type', 'application/json')
      .send('{"angles": [')
      .expect(401);
    expect(body.error.code).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['an empty string', ''],
    ['no scheme', () => keys.admin.key],
    ['another scheme', () => `Basic ${keys.admin.key}`],
    ['an unknown id', () => `Bearer tl_0000000000000000_${keys.admin.key.slice(-43)}`],
    ['the secret of another key', () => `Bearer tl_${keys.admin.id}_${keys.viewer.key.slice(-43)}`],
    ['a cut secret', () => `Bearer ${keys.admin.key.slice(0, -1)}`],
    ['a longer secret', () => `Bearer ${keys.admin.key}A`],
    ['the hash instead of the secret', () => `Bearer tl_${keys.admin.id}_${'a'.repeat(64)}`],
    ['an unsigned token', 'Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.'],
  ])('are refused where the header holds %s', async (_name, header) => {
    const value = typeof header === 'string' ? header : header();
    const { body } = await request(app.express).get('/v1/models').set('Authorization', value).expect(401);
    expect(body.error.code).toBe('UNAUTHENTICATED');
  });

  it('are stored as hashes, and listed without them', async () => {
    const listed = await listKeys(fixture.deps.store);
    expect(listed).toHaveLength(ROLES.length);
    expect(JSON.stringify(listed)).not.toContain(keys.admin.key.slice(-43));
    expect(listed[0]).not.toHaveProperty('hash');
    const raw = await fixture.deps.store.collection('api_keys').get(keys.admin.id);
    expect(JSON.stringify(raw)).not.toContain(keys.admin.key.slice(-43));
  });

  it('stop working within seconds of being revoked', async () => {
    let now = Date.now();
    const clock = { ...fixture.deps.clock, now: () => now };
    const own = fixture.app({ auth: { mode: 'keys' }, clock, spool: `${fixture.folder}/spool-2` });
    const made = await createKey(fixture.deps.store, { role: 'viewer', owner: 'leaving', now });
    const get = () => request(own.express).get('/v1/models').set('Authorization', `Bearer ${made.key}`);
    await get().expect(200);
    await revokeKey(fixture.deps.store, made.id, now);
    await revokeKey(fixture.deps.store, made.id, now);
    now += 11_000;
    await get().expect(401);
  });

  it('cannot be guessed quickly: wrong keys are rate limited by address', async () => {
    const own = fixture.app({ auth: { mode: 'keys' }, spool: `${fixture.folder}/spool-3` });
    const guess = () => request(own.express).get('/v1/models').set('Authorization', 'Bearer tl_guess');
    for (let i = 0; i < 30; i++) await guess().expect(401);
    const { headers } = await guess().expect(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('have a rate limit each', async () => {
    const own = fixture.app({
      auth: { mode: 'keys' },
      limits: { requestsPerMinute: 3 },
      spool: `${fixture.folder}/spool-4`,
    });
    const get = (key: string) => request(own.express).get('/v1/models').set('Authorization', `Bearer ${key}`);
    for (let i = 0; i < 3; i++) await get(keys.viewer.key).expect(200);
    const { body, headers } = await get(keys.viewer.key).expect(429);
    expect(body.error.code).toBe('RATE_LIMITED');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    await get(keys.admin.key).expect(200);
  });

  it('tell the session who the caller is', async () => {
    const open = await request(app.express).get('/v1/session').expect(200);
    expect(open.body).toEqual({ mode: 'keys', owner: null, role: null });
    const known = await request(app.express)
      .get('/v1/session')
      .set('Authorization', `Bearer ${keys.expert.key}`);
    expect(known.body).toEqual({ mode: 'keys', owner: 'a expert', role: 'expert' });
  });

  it('can be made elsewhere and registered repeatedly, but not with a weak secret, another role, or after revocation', async () => {
    const { store } = fixture.deps;
    const key = `tl_00112233445566aa_${'k'.repeat(43)}`;
    const take = (more: { role?: Role; key?: string } = {}) =>
      createKey(store, { role: 'viewer', owner: 'prometheus', now: 0, key, ...more });
    expect(await take()).toEqual({ id: '00112233445566aa', key, role: 'viewer', owner: 'prometheus' });
    expect(await take()).toMatchObject({ id: '00112233445566aa' });
    await request(app.express).get('/v1/models').set('Authorization', `Bearer ${key}`).expect(200);
    for (const bad of ['', 'admin', 'tl_00112233445566aa_short', `${key}x`])
      await expect(take({ key: bad })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const taken = { code: 'ALREADY_EXISTS' };
    await expect(take({ role: 'admin' })).rejects.toMatchObject(taken);
    await expect(take({ key: `tl_00112233445566aa_${'x'.repeat(43)}` })).rejects.toMatchObject(taken);
    await revokeKey(store, '00112233445566aa', 1);
    await expect(take()).rejects.toMatchObject(taken);
  });

  it('are not created for invalid owners or roles', async () => {
    const { store } = fixture.deps;
    await expect(createKey(store, { role: 'viewer', owner: ' ', now: 0 })).rejects.toThrow(/owner/);
    await expect(createKey(store, { role: 'king' as Role, owner: 'x', now: 0 })).rejects.toThrow(
      /role 'king'/,
    );
    await expect(revokeKey(store, 'none', 0)).rejects.toThrow(/no key none/);
  });
});
