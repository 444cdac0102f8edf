import { defineRoute } from '../route.ts';

export const openApiDocument = defineRoute({
  method: 'get',
  path: '/openapi.json',
  access: 'public',
  tag: 'documentation',
  summary: 'This document',
  answer: { description: 'OpenAPI 3.1', type: 'application/json' },
  handle: async (_call, { openApi }) => ({ json: openApi() }),
});
