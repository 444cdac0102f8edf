import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Express } from 'express';
import { openApi } from '../openapi.ts';
import type { Route } from '../route.ts';

const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** The API's own document. `all` is asked for late, so that it holds this route too. */
export function docsRoutes(all: () => readonly Route[], mode: 'keys' | 'demo'): Route[] {
  let document: unknown;
  return [
    {
      method: 'get',
      path: '/openapi.json',
      access: 'public',
      tag: 'documentation',
      summary: 'This document',
      answer: { description: 'OpenAPI 3.1', type: 'application/json' },
      async handle() {
        document ??= openApi(all(), mode);
        return { json: document };
      },
    },
  ];
}

/** Files of Swagger UI, by name, so that nothing else of its folder is served. */
export function serveSwagger(app: Express): void {
  const files = express.static(swagger, { index: false, maxAge: '1h' });
  app.use('/docs/assets', (request, response, next) => {
    if (ASSETS.includes(request.path.slice(1))) files(request, response, next);
    else next();
  });
}
