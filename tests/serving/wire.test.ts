import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineRoute } from '../../serving/api/route.ts';
import type { Api, GivenArguments } from '../../serving/api/wire.ts';

const shared = { access: 'viewer', tag: 'greetings', summary: 'A greeting' } as const;
const answer = { description: 'The greeting', schema: z.object({ text: z.string() }) };

describe('types of a route', () => {
  it('are inferred from its path and its schemas', () => {
    defineRoute({
      ...shared,
      method: 'post',
      path: '/v1/greetings/:language/:name',
      params: {
        language: { schema: z.string(), description: 'Language' },
        name: { schema: z.string(), description: 'Name' },
      },
      query: z.strictObject({ times: z.coerce.number().default(1) }),
      body: z.object({ polite: z.boolean().optional() }),
      answer,
      async handle({ params, query, body }) {
        expectTypeOf(params).toEqualTypeOf<{ readonly language: string; readonly name: string }>();
        expectTypeOf(query).toEqualTypeOf<{ times: number }>();
        expectTypeOf(body).toEqualTypeOf<{ polite?: boolean | undefined }>();
        return { json: { text: 'Hello' } };
      },
    });
  });

  it('reject a handler that does not return what its answer declares', () => {
    defineRoute({
      ...shared,
      method: 'get',
      path: '/v1/greetings',
      answer,
      // @ts-expect-error: the text is missing
      handle: async () => ({ json: { message: 'Hello' } }),
    });
  });

  it('reject a path whose parameters are not described', () => {
    // @ts-expect-error: params are missing
    defineRoute({
      ...shared,
      method: 'get',
      path: '/v1/greetings/:name',
      answer,
      handle: async () => ({ json: { text: 'Hello' } }),
    });
  });
});

describe('types of the pages', () => {
  it('contain the answer of each route', () => {
    expectTypeOf<Api['GET /v1/session']['answer']['mode']>().toEqualTypeOf<'keys' | 'demo'>();
    expectTypeOf<Api['GET /v1/models']['answer']['models'][number]['product']>().toEqualTypeOf<string>();
    expectTypeOf<Api>().not.toHaveProperty('GET /v1/nothing');
  });

  it('require the parameters and the body of a route, and its query only where needed', () => {
    expectTypeOf<[]>().toExtend<GivenArguments<'GET /v1/products'>>();
    expectTypeOf<[]>().not.toExtend<GivenArguments<'GET /v1/drift/:product'>>();
    expectTypeOf<[{ params: { product: string }; query: { days: number } }]>().toExtend<
      GivenArguments<'GET /v1/drift/:product'>
    >();
    expectTypeOf<[{ params: { product: string } }]>().not.toExtend<
      GivenArguments<'POST /v1/outcomes/:product'>
    >();
  });
});
