import type { z } from 'zod';
import type { ErrorCode } from '../../platform/errors.ts';
import type { Access, Caller } from '../auth/roles.ts';

/** A request as handlers see it: authenticated, checked, and without the framework. */
export interface Call {
  /** Of this request; the `error_id` of its error. */
  id: string;
  caller: Caller;
  params: Readonly<Record<string, string>>;
  /** As the route's query schema leaves it. */
  query: Readonly<Record<string, unknown>>;
  /** As the route's body schema leaves it; as parsed from JSON where `checksBody` is false. */
  body: unknown;
  /** Set when the deadline has passed or the caller is gone. */
  signal: AbortSignal;
}

export interface Reply {
  /** Default 200. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
  /** JSON body … */
  json?: unknown;
  /** … or text of another type. */
  text?: { type: string; content: string };
}

/** Headers of a page that is one file with its own stylesheet and pictures, and without a script. */
export const STILL_PAGE: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
};

/** One operation of the API: what it asks, what it answers, and how. The OpenAPI document is made from these. */
export interface Route {
  method: 'get' | 'post';
  /** Express path, `:name` for parameters. */
  path: string;
  /** The least role that may call it. Every route says so: what is not declared does not start. */
  access: Access;
  /**
   * A way in for who has no key but signs its bodies: called with the bytes before they are parsed, where a request
   * carries no key. Whoever passes it is the caller of the hooks.
   */
  signed?(header: (name: string) => string | undefined, body: Uint8Array): boolean;
  /**
   * A page of somebody else's, whose requests cannot carry the header: the browser asks for the key, as the password of
   * HTTP Basic. Only for what changes nothing, since the browser then sends it on its own.
   */
  browser?: boolean;
  tag: string;
  summary: string;
  description?: string;
  /** Of path parameters, all strings. */
  params?: Readonly<Record<string, { schema: z.ZodType<string>; description: string }>>;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** False where the handler checks the body itself; the schema is documentation then. */
  checksBody?: boolean;
  bodyExample?: unknown;
  answer: { status?: number; description: string; schema?: z.ZodType; type?: string };
  /** Codes that it may answer with beside those that any route may. */
  errors?: readonly ErrorCode[];
  handle(call: Call): Promise<Reply>;
}
