import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, openFixture } from './fixture.ts';

type Operation = {
  operationId: string;
  security: unknown[];
  parameters: { name: string; in: string }[];
  requestBody?: { content: Record<string, { example?: unknown; schema: object }> };
  responses: Record<string, { content: Record<string, { schema: object }> }>;
};

describe('the OpenAPI document', () => {
  let fixture: Fixture;
  let app: ReturnType<Fixture['app']>;
  let document: {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: object };
  };
  let text: string;

  beforeAll(async () => {
    fixture = openFixture();
    app = fixture.app();
    const answer = await request(app.express).get('/openapi.json').expect(200);
    document = answer.body;
    text = answer.text;
  });
  afterAll(() => fixture.close());

  it('contains every route with its security and parameters', () => {
    expect(document.openapi).toBe('3.1.0');
    for (const route of app.routes) {
      const path = route.path.replace(/:(\w+)/g, '{$1}');
      const operation = document.paths[path]?.[route.method];
      expect(operation?.security, path).toEqual(route.access === 'public' ? [] : [{ key: [] }]);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const declared = operation.parameters.filter((one) => one.in === 'path').map((one) => one.name);
      expect(declared).toEqual(named);
    }
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((one) => one.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('contains every schema that it refers to', () => {
    const wanted = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]));
    expect(wanted.size).toBeGreaterThan(1);
    for (const name of wanted) expect(document.components.schemas).toHaveProperty([name]);
    expect(text).not.toContain('#/$defs');
  });

  it('has examples that are answered with 200', async () => {
    for (const product of fixture.deps.products) {
      const { post } = document.paths[product.path];
      const example = post.requestBody?.content['application/json'].example;
      const { status } = await request(app.express)
        .post(product.path)
        .send(example as object);
      // Without a champion and without fixed rules nothing can answer.
      expect(status).toBe(product.rules === undefined ? 503 : 200);
    }
  });
});
