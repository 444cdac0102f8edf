import type { z } from 'zod';
import type { predictionSchemas } from './prediction.ts';
import type { ParamsOf, TypedRoute } from './route.ts';
import type { routes } from './routes.ts';

/** Types of what travels between the pages and the API, inferred from the schemas of the routes. No code. */

type AnyRoute = (typeof routes.entries)[number];

type Exchange<R> =
  R extends TypedRoute<'get' | 'post', string, infer Query, infer Body, infer Answer, infer Params>
    ? {
        params: ParamsOf<Params>;
        query: z.input<Query>;
        body: z.input<Body>;
        answer: z.output<Answer>;
      }
    : never;

/** Every route by its name, such as `GET /v1/products`: what it takes and what it answers. */
export type Api = { [R in AnyRoute as R['name']]: Exchange<R> };

/** A part of a request is left out where it has no required fields. */
type Part<Name extends string, T> = [T] extends [undefined]
  ? unknown
  : Record<never, never> extends T
    ? { [K in Name]?: T }
    : { [K in Name]: T };

/** What a caller gives besides the name of the route. */
type Given<R extends keyof Api> = Part<'params', Api[R]['params']> &
  Part<'query', Api[R]['query']> &
  Part<'body', Api[R]['body']>;

/** {@link Given} as an argument, which may be left out where nothing is required. */
export type GivenArguments<R extends keyof Api> =
  Record<never, never> extends Given<R> ? [given?: Given<R>] : [given: Given<R>];

/** The answer for one item of a scored product. */
export type ScoreAnswer = z.output<ReturnType<typeof predictionSchemas.regression>>;

/** The answer for one item of a product that predicts a probability. */
export type ProbabilityAnswer = z.output<ReturnType<typeof predictionSchemas.binary>>;

/** A score on the scoring page that the server has not confirmed yet. */
export interface PendingScore {
  product: string;
  body: Api['POST /v1/scoring/:product/scores']['body'];
}

export type Session = Api['GET /v1/session']['answer'];
export type Product = Api['GET /v1/products']['answer']['products'][number];
export type ProductModels = Api['GET /v1/models']['answer']['models'][number];
export type ListedCandidate = ProductModels['candidates'][number];
export type ModelHistory = Api['GET /v1/models/:product/history']['answer'];
export type DriftReport = Api['GET /v1/drift/:product']['answer'];
export type Alert = Api['GET /v1/alerts']['answer']['alerts'][number];
export type NextClip = Api['GET /v1/scoring/:product/next']['answer'];
export type Clip = NonNullable<NextClip['clip']>;
export type Factor = ScoreAnswer['factors'][number];
