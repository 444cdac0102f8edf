import { z } from 'zod';
import type { InboxEntry } from '../../platform/notify/inbox.ts';

export const alertSchema = z.object({
  id: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  status: z.enum(['open', 'resolved']),
  title: z.string(),
  body: z.string(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  links: z.array(
    z.object({ label: z.string(), url: z.string().describe('An absolute URL, or a path of these pages') }),
  ),
  opened: z.string(),
  updated: z.string(),
  messages: z.number(),
  acknowledged: z.object({ by: z.string(), at: z.string() }).nullable(),
});

/** An inbox entry as callers receive it. */
export function renderAlert(entry: InboxEntry) {
  const { id, severity, status, title, body, facts, links, messages } = entry;
  return {
    ...{ id, severity, status, title, body, facts, links },
    opened: entry.openedAt,
    updated: entry.updatedAt,
    messages,
    acknowledged: entry.acknowledged ?? null,
  };
}
