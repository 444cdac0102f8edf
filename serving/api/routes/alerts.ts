import { z } from 'zod';
import type { Alerts } from '../../../monitoring/alerts/alerts.ts';
import { TouchlineError } from '../../../platform/errors.ts';
import type { Inbox, InboxEntry } from '../../../platform/notify/inbox.ts';
import type { Route } from '../route.ts';

export interface AlertDeps {
  inbox: Inbox;
  alerts: Pick<Alerts, 'get' | 'acknowledge'>;
}

const entrySchema = z.object({
  id: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  status: z.enum(['open', 'resolved']),
  title: z.string(),
  body: z.string(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  links: z.array(
    z.object({ label: z.string(), url: z.string().describe('Absolute, or a path of the pages') }),
  ),
  opened: z.string(),
  updated: z.string(),
  messages: z.number(),
  acknowledged: z.object({ by: z.string(), at: z.string() }).nullable(),
});

const shown = ({ id, severity, status, title, body, facts, links, ...entry }: InboxEntry) => ({
  id,
  severity,
  status,
  title,
  body,
  facts,
  links,
  opened: entry.openedAt,
  updated: entry.updatedAt,
  messages: entry.messages,
  acknowledged: entry.acknowledged ?? null,
});

/** What operators were told, and that they have seen it. */
export function alertRoutes({ inbox, alerts }: AlertDeps): Route[] {
  /** An entry that an alert wrote: whoever has seen the one has seen the other. */
  async function acknowledgeAlert(id: string, by: string): Promise<void> {
    if ((await alerts.get(id)) === undefined) return;
    try {
      await alerts.acknowledge(id, by);
    } catch (error) {
      // Resolved meanwhile: there is nothing left to acknowledge.
      if (!(error instanceof TouchlineError) || error.code !== 'CONFLICT') throw error;
    }
  }

  return [
    {
      method: 'get',
      path: '/v1/alerts',
      access: 'viewer',
      tag: 'monitoring',
      summary: 'The inbox of alerts, latest first',
      query: z.strictObject({
        status: z.enum(['open', 'resolved']).optional(),
        cursor: z.string().min(1).max(500).optional().describe('`next` of the page before'),
      }),
      answer: {
        description: 'One page',
        schema: z.object({ alerts: z.array(entrySchema), next: z.string().nullable() }),
      },
      async handle({ query }) {
        const { status, cursor } = query as { status?: 'open' | 'resolved'; cursor?: string };
        const { items, next } = await inbox.list({ status }, { limit: 50, cursor });
        return { json: { alerts: items.map(shown), next: next ?? null } };
      },
    },
    {
      method: 'post',
      path: '/v1/alerts/:id/acknowledge',
      access: 'operator',
      tag: 'monitoring',
      summary: 'Say that somebody has seen an alert',
      params: { id: { schema: z.string().regex(/^[0-9a-f]{1,64}$/), description: 'Id of the entry' } },
      answer: { description: 'The entry as it is now', schema: entrySchema },
      errors: ['NOT_FOUND'],
      async handle({ params, caller }) {
        const entry = await inbox.acknowledge(params.id, caller.owner);
        await acknowledgeAlert(entry.incident, caller.owner);
        return { json: shown(entry) };
      },
    },
  ];
}
