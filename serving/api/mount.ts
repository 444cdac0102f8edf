import { randomUUID } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { z } from 'zod';
import { TouchlineError } from '../../platform/errors.ts';
import { type Caller, HOOK_CALLER } from '../auth/roles.ts';
import type { ServingLog } from '../deps.ts';
import { fieldsOf } from '../product.ts';
import type { Services } from '../services.ts';
import { errorAnswer, fromHttp } from './errors.ts';
import type { Guard } from './guard.ts';
import { readJson } from './read-json.ts';
import type { Reply, Route } from './route.ts';

export interface MountDeps {
  guard: Guard;
  services: Services;
  /** Called for every answer; `route` is the declared path, so that names in paths create no series of their own. */
  observe(method: string, route: string, status: number, seconds: number): void;
}

/** What the steps of one request share. */
interface Locals {
  id: string;
  caller?: Caller;
  /** Whether the browser may ask for the key. */
  browser?: boolean;
  signal: AbortSignal;
}

const localsOf = (response: Response) => response.locals as Locals;

function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = fieldsOf(parsed.error, where);
  throw new TouchlineError('INVALID_INPUT', `${fields[0].field}: ${fields[0].problem}.`, {
    details: { fields },
  });
}

function send(response: Response, reply: Reply, status = 200): void {
  // A request that missed its deadline was answered already.
  if (response.headersSent || response.destroyed) return;
  response.status(reply.status ?? status);
  if (reply.headers !== undefined) response.set(reply.headers);
  if (reply.text !== undefined) response.type(reply.text.type).send(reply.text.content);
  else response.json(reply.json);
}

/** Renders every error of the API as JSON, whatever threw it. */
export function renderErrors(log: ServingLog) {
  return (error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const { id, browser } = localsOf(response);
    const ours = fromHttp(error);
    const { status, headers, body } = errorAnswer(ours, id, browser);
    const fields = { error_id: id, code: ours.code, method: request.method, path: request.path };
    // Log a server error with its stack; an error that the caller can fix is one line, found by its id.
    if (status >= 500 && ours.code !== 'NOT_READY') log.error({ ...fields, err: error }, ours.message);
    else log.info(fields, ours.message);
    if (response.headersSent || response.destroyed) return;
    // The rest of the body will not be read, so the connection cannot be reused.
    if (!request.complete) response.set('Connection', 'close');
    response.status(status).set(headers).json(body);
  };
}

/** Gives each request an id, limits how many are in flight, and answers those that miss their deadline. */
export function admit({ services: { limits, log }, observe }: MountDeps) {
  let inFlight = 0;
  const render = renderErrors(log);
  return (request: Request, response: Response, next: NextFunction): void => {
    const started = performance.now();
    const abort = new AbortController();
    const locals = localsOf(response);
    locals.id = randomUUID();
    locals.signal = abort.signal;
    response.set('X-Request-Id', locals.id);
    inFlight++;
    const timer = setTimeout(() => {
      abort.abort();
      const error = new TouchlineError(
        'PROCESSING_TIMEOUT',
        `The request took longer than ${limits.deadlineMs} ms.`,
      );
      render(error, request, response, next);
    }, limits.deadlineMs);
    response.once('close', () => {
      inFlight--;
      clearTimeout(timer);
      abort.abort();
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      observe(request.method, route, response.statusCode, (performance.now() - started) / 1_000);
    });
    // Health probes must get through under load in particular.
    if (inFlight > limits.inFlight && !request.path.startsWith('/health/'))
      next(
        new TouchlineError('UNAVAILABLE', 'Too many requests are in flight.', {
          details: { retry_after: 1 },
        }),
      );
    else next();
  };
}

/** Mounts the declared routes. The steps of each, in order: caller, rate limit, body, schemas, handler. */
export function mount(app: Express, routes: readonly Route[], deps: MountDeps): void {
  const { guard, services } = deps;
  const { limits } = services;
  const limiter = rateLimit({
    windowMs: 60_000,
    limit: limits.requestsPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request, response) => {
      const { caller } = localsOf(response as Response);
      const known = caller !== undefined && caller.id !== 'demo' && caller.id !== 'anybody';
      return known ? caller.id : ipKeyGenerator(request.ip ?? 'unknown');
    },
    handler: (_request, response, next) => {
      const seconds = Math.max(1, Number(response.getHeader('Retry-After') ?? 1));
      next(
        new TouchlineError('RATE_LIMITED', `The limit is ${limits.requestsPerMinute} requests a minute.`, {
          details: { limit: limits.requestsPerMinute, retry_after: seconds },
        }),
      );
    },
  });
  const bytes = express.raw({ type: () => true, limit: limits.bodyBytes });
  // The caller is not known before the body is read and its signature checked.
  const fewBytes = express.raw({ type: () => true, limit: 64 * 2 ** 10, inflate: false });

  const requireJson = (request: Request, _response: Response, next: NextFunction) => {
    const type = request.headers['content-type'] ?? '';
    const match = /^application\/json\s*(?:;\s*charset="?([\w-]{1,40})"?\s*)?$/i.exec(type.slice(0, 200));
    if (match !== null && (match[1] ?? 'utf-8').toLowerCase() === 'utf-8') return next();
    next(
      new TouchlineError('INVALID_FORMAT', 'The body must be application/json in UTF-8.', {
        details: { accepted: ['application/json'] },
      }),
    );
  };

  for (const route of routes) {
    const query = route.query ?? z.strictObject({});
    const params = z.strictObject(
      Object.fromEntries(Object.entries(route.params ?? {}).map(([name, { schema }]) => [name, schema])),
    );
    const bySignature = (request: Request) =>
      route.signed !== undefined && request.headers.authorization === undefined;
    const authenticate = async (request: Request, response: Response) => {
      // A signature covers the body, so it is verified after the body is read and before it is parsed.
      const locals = localsOf(response);
      locals.browser = route.browser;
      if (!bySignature(request)) locals.caller = await guard(request, route.access, route.browser);
    };
    const verify = (request: Request, response: Response, next: NextFunction) => {
      if (localsOf(response).caller === undefined) {
        const body = Buffer.isBuffer(request.body) ? request.body : new Uint8Array();
        if (!route.signed?.((name) => request.get(name), body, services))
          throw new TouchlineError('UNAUTHENTICATED', 'This needs an API key, or a valid signature.');
        localsOf(response).caller = HOOK_CALLER;
      }
      next();
    };
    const handle = async (request: Request, response: Response) => {
      const { id, caller, signal } = localsOf(response);
      let body: unknown;
      if (route.body !== undefined) {
        const json = readJson(Buffer.isBuffer(request.body) ? request.body : new Uint8Array());
        body = route.checksBody === false ? json : checked(route.body, json, '');
      }
      const call = {
        id,
        caller: caller!,
        params: checked(params, { ...request.params }, 'path'),
        query: checked(query, { ...request.query }, 'query'),
        body,
        signal,
      };
      const reply = await route.handle(call, services);
      send(response, reply, route.answer.status);
    };
    const steps = [
      async (request: Request, response: Response, next: NextFunction) => {
        await authenticate(request, response);
        next();
      },
      limiter,
      ...(route.body === undefined ? [] : [requireJson, route.signed ? fewBytes : bytes]),
      ...(route.signed ? [verify] : []),
      handle,
    ];
    app[route.method](route.path, ...steps);
  }
}

/** Every route that Express has, as `get /path`, including those not added by `mount`. */
function routesOf(app: Express): string[] {
  const stack = app.router.stack as unknown as {
    route?: { path: string; stack: { method: string }[] };
  }[];
  return stack.flatMap(({ route }) =>
    route === undefined ? [] : [...new Set(route.stack.map((layer) => `${layer.method} ${route.path}`))],
  );
}

/** Refuses routes that do not declare who may call them. @throws INVALID_CONFIG with their names */
export function requireDeclared(app: Express, routes: readonly Route[]): void {
  const declared = new Set(routes.map((route) => `${route.method} ${route.path}`));
  const open = routesOf(app).filter((route) => !declared.has(route));
  if (open.length > 0)
    throw new TouchlineError(
      'INVALID_CONFIG',
      `These routes do not say who may call them: ${open.join(', ')}.`,
    );
}
