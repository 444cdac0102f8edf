import { z } from 'zod';
import { defineRoute } from '../route.ts';

export const live = defineRoute({
  method: 'get',
  path: '/health/live',
  access: 'public',
  tag: 'health',
  summary: 'Whether the process is running',
  answer: { description: 'It is running', schema: z.object({ status: z.string() }) },
  handle: async () => ({ json: { status: 'live' } }),
});
