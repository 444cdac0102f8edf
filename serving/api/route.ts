import type { z } from 'zod';
import type { ErrorCode } from '../../platform/errors.ts';
import type { Access, Caller } from '../auth/roles.ts';
import type { Services } from '../services.ts';

/** A request as handlers see it: authenticated, validated, and free of the HTTP framework. */
export interface Call<
  Query = Readonly<Record<string, unknown>>,
  Body = unknown,
  Params = Readonly<Record<string, string>>,
> {
  /** Id of the request, and the `error_id` of its error. */
  id: string;
  caller: Caller;
  params: Params;
  /** Output of the route's query schema. */
  query: Query;
  /** Output of the route's body schema; the parsed JSON where `checksBody` is false. */
  body: Body;
  /** Aborts when the deadline has passed or the caller has disconnected. */
  signal: AbortSignal;
}

interface ReplyHead {
  /** Default: the status of the route's answer. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
}

export interface JsonReply<Json = unknown> extends ReplyHead {
  json: Json;
  text?: undefined;
}

export interface TextReply extends ReplyHead {
  text: { type: string; content: string };
  json?: undefined;
}

export type Reply = JsonReply | TextReply;

/** Headers of a self-contained page: its own stylesheet and images, no scripts. */
export const STATIC_PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
};

export interface PathParameter {
  schema: z.ZodType<string>;
  description: string;
}

interface RouteBase {
  /** The least role that may call it. Every route states one; a route that does not fails at startup. */
  access: Access;
  /**
   * Authenticates a service that has no API key but signs its requests. Called with the raw body, before it is parsed,
   * when a request carries no key. A request that passes acts as the caller of the hooks.
   */
  signed?(
    header: (name: string) => string | undefined,
    body: Uint8Array,
    services: Pick<Services, 'clock' | 'trackingHookSecret'>,
  ): boolean;
  /**
   * Part of a third-party page whose requests cannot carry our header: the browser asks for the key as the password of
   * HTTP Basic. Only for routes that change nothing, because the browser then sends the key by itself.
   */
  browser?: boolean;
  tag: string;
  summary: string;
  description?: string;
  /** False where the handler validates the body itself; the schema is only documentation then. */
  checksBody?: boolean;
  bodyExample?: unknown;
  /** Error codes it may answer with besides those that every route may. */
  errors?: readonly ErrorCode[];
}

/** One operation of the API: what it takes, what it answers, and how. The OpenAPI document is generated from these. */
export interface Route extends RouteBase {
  /** Method and path, such as `GET /v1/models`. */
  readonly name: string;
  method: 'get' | 'post';
  /** Express path, `:name` for parameters. */
  path: string;
  params?: Readonly<Record<string, PathParameter>>;
  query?: z.ZodObject;
  body?: z.ZodType;
  answer: { status?: number; description: string; schema?: z.ZodType; type?: string };
  handle(call: Call, services: Services): Promise<Reply>;
}

type PathNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathNames<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** The schema and the description of each parameter of a path. */
type PathParameters<Path extends string> = { readonly [Name in PathNames<Path>]: PathParameter };

/** Parameters of a path by name: `{ product: string }` for `/v1/drift/:product`. */
export type ParamsOf<Params extends Readonly<Record<string, PathParameter>>> = {
  readonly [Name in keyof Params]: z.output<Params[Name]['schema']>;
};

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** JSON as the answer's schema describes it; anything where there is no schema. */
type ReplyOf<Answer extends z.ZodType> = z.ZodUnknown extends Answer
  ? Reply
  : JsonReply<DeepReadonly<z.output<Answer>>>;

/** A route whose handler is typed by its schemas. Assignable to {@link Route}. */
export interface TypedRoute<
  Method extends 'get' | 'post',
  Path extends string,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
  Params extends PathParameters<Path> = PathParameters<Path>,
> extends RouteBase {
  readonly name: `${Uppercase<Method>} ${Path}`;
  method: Method;
  path: Path;
  params?: Params;
  query?: Query;
  body?: Body;
  answer: { status?: number; description: string; schema?: Answer; type?: string };
  handle(
    call: Call<z.output<Query>, z.output<Body>, ParamsOf<Params>>,
    services: Services,
  ): Promise<ReplyOf<Answer>>;
}

/** A path with parameters must describe each of them. */
type DescribedParams<Path extends string, Params extends PathParameters<Path>> = [PathNames<Path>] extends [
  never,
]
  ? { params?: undefined }
  : { params: Params };

/**
 * Declares a route. The types of `params`, `query` and `body` in its handler, and of the JSON that the handler must
 * return, are inferred from the schemas.
 * @example
 * const route = defineRoute({
 *   method: 'get',
 *   path: '/v1/greeting',
 *   access: 'viewer',
 *   tag: 'greetings',
 *   summary: 'A greeting for the caller',
 *   answer: { description: 'The greeting' },
 *   handle: async ({ caller }) => ({ json: { text: `Hello, ${caller.owner}` } }),
 * });
 * route.name; // => 'GET /v1/greeting'
 */
export function defineRoute<
  const Method extends 'get' | 'post',
  const Path extends string,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodUnknown,
  Params extends PathParameters<Path> = PathParameters<Path>,
>(
  route: Omit<TypedRoute<Method, Path, Query, Body, Answer, Params>, 'name'> & DescribedParams<Path, Params>,
): TypedRoute<Method, Path, Query, Body, Answer, Params> {
  const name = `${route.method.toUpperCase() as Uppercase<Method>} ${route.path}` as const;
  return { ...route, name };
}
