import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGridfsBlobs } from '../../platform/blobs/gridfs.ts';
import { openMongoStore } from '../../platform/store/mongodb/store.ts';
import type { Route } from '../../serving/api/route.ts';
import { type Fixture, jumpPackage, openFixture } from '../serving/fixture.ts';
import { freshDatabase } from './mongodb-database.ts';
import { serviceUrl } from './real.ts';

const shared = serviceUrl('mongodb');

/** Texts that would be an operator of the database, or reach a prototype, if they were not treated as plain text. */
const OPERATORS = ['{"$ne":null}', '{"$gt":""}', '{"$where":"sleep(1)"}', '$ne', '[$ne]', '__proto__'];
const KEYS = ['$where', '$or', '__proto__', 'constructor', 'prototype'];

describe.skipIf(!shared)('database operators in requests (needs scripts/services.sh start mongodb)', () => {
  let fixture: Fixture;
  let app: ReturnType<Fixture['app']>;
  const SECRET = 'a-rater-nobody-asked-for';

  beforeAll(async () => {
    const url = freshDatabase(shared!);
    fixture = openFixture(undefined, { store: openMongoStore({ url }), blobs: openGridfsBlobs({ url }) });
    await fixture.promote('jumps', await jumpPackage());
    app = fixture.app();
    await app.start();
    await request(app.express)
      .post('/v1/scoring/jumps/scores')
      .send({ action: 'clip-1', rater: SECRET, score: 5 })
      .expect(201);
  }, 30_000);
  afterAll(() => fixture.close());

  const ask = (route: Route, path: string, body?: string) => {
    const asked = route.method === 'get' ? request(app.express).get(path) : request(app.express).post(path);
    return body === undefined ? asked : asked.set('Content-Type', 'application/json').send(body);
  };
  const good = (path: string) => path.replace(':product', 'jumps').replace(/:\w+/g, 'none');
  const named = (routes: readonly Route[]) =>
    routes.filter(({ access, path }) => access !== 'public' && !path.startsWith('/metrics'));

  function expectRejected(text: string, status: number, what: string) {
    expect(status, what).toBeGreaterThanOrEqual(400);
    expect(status, what).toBeLessThan(500);
    expect(text, what).not.toContain(SECRET);
    expect(({} as { polluted?: unknown }).polluted, what).toBeUndefined();
  }

  it('are rejected in every query parameter, known or unknown', async () => {
    let requests = 0;
    for (const route of named(app.routes).filter(({ method }) => method === 'get')) {
      const known = Object.keys((route.query as { shape?: object } | undefined)?.shape ?? {});
      const queries = [
        ...known.flatMap((name) => [`${name}[$ne]=x`, `${name}[$gt]=`, `${name}[__proto__][polluted]=1`]),
        ...KEYS.map((key) => `${key}=1`),
        ...KEYS.map((key) => `${key}[polluted]=1`),
      ];
      for (const query of queries) {
        const { status, text } = await ask(route, `${good(route.path)}?${query}`);
        expectRejected(text, status, `${route.path}?${query}`);
        expect([400, 404], `${route.path}?${query}`).toContain(status);
        requests++;
      }
    }
    expect(requests).toBeGreaterThan(50);
  });

  it('are plain text in every path and every known parameter', async () => {
    let requests = 0;
    for (const route of named(app.routes)) {
      const paths = Object.keys(route.params ?? {}).flatMap((name) =>
        OPERATORS.map((text) => good(route.path.replace(`:${name}`, encodeURIComponent(text)))),
      );
      const body = route.method === 'post' ? '{}' : undefined;
      for (const path of paths) {
        const { status, text } = await ask(route, path, body);
        expectRejected(text, status, path);
        requests++;
      }
      if (route.method !== 'get') continue;
      for (const name of Object.keys((route.query as { shape?: object } | undefined)?.shape ?? {}))
        for (const operator of OPERATORS) {
          const { status, text } = await ask(
            route,
            `${good(route.path)}?${name}=${encodeURIComponent(operator)}`,
          );
          expect(status, `${route.path} ${name} ${operator}`).toBeLessThan(500);
          expect(text).not.toContain(SECRET);
          requests++;
        }
    }
    expect(requests).toBeGreaterThan(50);
  });

  it('are rejected in every body', async () => {
    let requests = 0;
    for (const route of named(app.routes).filter(({ body }) => body !== undefined)) {
      const example = (route.bodyExample ?? {}) as Record<string, unknown>;
      const bodies = [
        ...KEYS.map((key) => `{${JSON.stringify(key)}:{"polluted":1}}`),
        ...KEYS.map((key) => `{${JSON.stringify(key)}:1,${JSON.stringify(example).slice(1)}`),
        ...Object.keys(example).flatMap((key) =>
          ['{"$ne":null}', '{"$gt":""}', '[{"$ne":null}]', '{"__proto__":{"polluted":1}}'].map((value) =>
            JSON.stringify({ ...example, [key]: 0 }).replace(`"${key}":0`, `"${key}":${value}`),
          ),
        ),
      ];
      for (const body of bodies) {
        const { status, text } = await ask(route, good(route.path), body);
        expectRejected(text, status, `${route.path} ${body}`);
        requests++;
      }
    }
    expect(requests).toBeGreaterThan(50);
  });
});
