import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../platform/errors.ts';
import { errorSchema } from './errors.ts';
import type { Route } from './route.ts';

type JsonObject = Record<string, unknown>;

/** Error codes that a route may answer with. */
function codesOf(route: Route): ErrorCode[] {
  const codes: ErrorCode[] = [
    'INVALID_INPUT',
    'RATE_LIMITED',
    'UNAVAILABLE',
    'PROCESSING_TIMEOUT',
    'INTERNAL',
  ];
  if (route.access !== 'public') codes.push('FORBIDDEN');
  codes.push('UNAUTHENTICATED');
  if (route.body !== undefined) codes.push('FILE_TOO_LARGE', 'INVALID_FORMAT');
  return [...new Set([...codes, ...(route.errors ?? [])])];
}

/** JSON Schema of a zod schema; its named parts move to the components of the document. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: JsonObject): JsonObject {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' }) as JsonObject;
  const { $schema: _schema, $defs = {}, ...rest } = made;
  const text = JSON.stringify({ rest, $defs }).replaceAll('"#/$defs/', '"#/components/schemas/');
  const moved = JSON.parse(text) as { rest: JsonObject; $defs: JsonObject };
  for (const [name, part] of Object.entries(moved.$defs)) {
    delete (part as JsonObject).id;
    components[name] = part;
  }
  return moved.rest;
}

function parametersOf(route: Route, components: JsonObject): JsonObject[] {
  const path = Object.entries(route.params ?? {}).map(([name, { schema, description }]) => ({
    name,
    in: 'path',
    required: true,
    description,
    schema: schemaOf(schema, 'input', components),
  }));
  const query = Object.entries(route.query?.shape ?? {}).map(([name, schema]) => {
    const made = schemaOf(schema as z.ZodType, 'input', components);
    // The input of a coerced schema has no type; its output describes what may be sent.
    const shown = made.type === undefined ? schemaOf(schema as z.ZodType, 'output', components) : made;
    return {
      name,
      in: 'query',
      required: !(schema as z.ZodType).safeParse(undefined).success,
      description: shown.description,
      schema: shown,
    };
  });
  return [...path, ...query];
}

function responsesOf(route: Route, components: JsonObject): JsonObject {
  const { answer } = route;
  const responses: Record<string, JsonObject> = {};
  const type = answer.type ?? 'application/json';
  const schema =
    answer.schema === undefined ? { type: 'string' } : schemaOf(answer.schema, 'output', components);
  responses[answer.status ?? 200] = { description: answer.description, content: { [type]: { schema } } };
  const error = schemaOf(errorSchema, 'output', components);
  for (const code of codesOf(route)) {
    const { status, remedy } = ERRORS[code];
    const known = responses[status];
    if (known !== undefined) known.description = `${known.description}; ${code}: ${remedy}`;
    else
      responses[status] = {
        description: `${code}: ${remedy}`,
        content: { 'application/json': { schema: error } },
      };
  }
  return responses;
}

function operationOf(route: Route, components: JsonObject): JsonObject {
  const operation: JsonObject = {
    operationId: `${route.method}${route.path.replace(/[^a-zA-Z0-9]+(\w)?/g, (_, c?: string) => c?.toUpperCase() ?? '')}`,
    tags: [route.tag],
    summary: route.summary,
    description: `${route.description ?? ''}${route.description === undefined ? '' : ' '}Role: ${route.access}.`,
    security: route.access === 'public' ? [] : [{ key: [] }],
    parameters: parametersOf(route, components),
    responses: responsesOf(route, components),
  };
  if (route.body !== undefined) {
    const content: JsonObject = { schema: schemaOf(route.body, 'input', components) };
    if (route.bodyExample !== undefined) content.example = route.bodyExample;
    operation.requestBody = { required: true, content: { 'application/json': content } };
  }
  return operation;
}

/** The OpenAPI 3.1 document of the routes, generated from the schemas that validate the requests. */
export function openApi(routes: readonly Route[], mode: 'keys' | 'demo'): JsonObject {
  const components: JsonObject = {};
  const paths: Record<string, JsonObject> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method] = operationOf(route, components);
  }
  const demo = mode === 'demo' ? ' This server runs as a demo: no key is required.' : '';
  return {
    openapi: '3.1.0',
    info: {
      title: 'Touchline',
      version: '1',
      description: `Predictions with reasons, the models that make them, and their monitoring.${demo}`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components,
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key: tl_…' } },
    },
  };
}
