import { z } from 'zod';
import { ROLES } from '../../auth/roles.ts';
import { defineRoute } from '../route.ts';

export const session = defineRoute({
  method: 'get',
  path: '/v1/session',
  access: 'public',
  tag: 'products',
  summary: 'Whether keys are required, and what the caller’s key allows',
  answer: {
    description: 'The caller',
    schema: z.object({
      mode: z.enum(['keys', 'demo']),
      owner: z.string().nullable(),
      role: z.enum(ROLES).nullable().describe('Null without a key'),
    }),
  },
  async handle({ caller }, { auth }) {
    const known = caller.id !== 'anybody';
    return {
      json: { mode: auth.mode, owner: known ? caller.owner : null, role: known ? caller.role : null },
    };
  },
});
