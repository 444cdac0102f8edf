import { z } from 'zod';
import { alertSchema, renderAlert } from '../alert.ts';
import { defineRoute } from '../route.ts';

const PAGE_SIZE = 50;

export const listAlerts = defineRoute({
  method: 'get',
  path: '/v1/alerts',
  access: 'viewer',
  tag: 'monitoring',
  summary: 'The inbox of alerts, latest first',
  query: z.strictObject({
    status: z.enum(['open', 'resolved']).optional(),
    cursor: z.string().min(1).max(500).optional().describe('`next` of the previous page'),
  }),
  answer: {
    description: 'One page',
    schema: z.object({ alerts: z.array(alertSchema), next: z.string().nullable() }),
  },
  async handle({ query: { status, cursor } }, { inbox }) {
    const { items, next } = await inbox.list({ status }, { limit: PAGE_SIZE, cursor });
    return { json: { alerts: items.map(renderAlert), next: next ?? null } };
  },
});
