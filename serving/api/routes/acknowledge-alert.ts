import { z } from 'zod';
import type { Alerts } from '../../../monitoring/alerts/alerts.ts';
import { TouchlineError } from '../../../platform/errors.ts';
import { alertSchema, renderAlert } from '../alert.ts';
import { defineRoute } from '../route.ts';

/** Acknowledges the monitoring alert behind an inbox entry, where there is one. */
async function acknowledgeSource(alerts: Alerts, id: string, by: string): Promise<void> {
  if ((await alerts.get(id)) === undefined) return;
  try {
    await alerts.acknowledge(id, by);
  } catch (error) {
    // It was resolved in the meantime, so there is nothing left to acknowledge.
    if (!(error instanceof TouchlineError) || error.code !== 'CONFLICT') throw error;
  }
}

export const acknowledgeAlert = defineRoute({
  method: 'post',
  path: '/v1/alerts/:id/acknowledge',
  access: 'operator',
  tag: 'monitoring',
  summary: 'Acknowledge an alert',
  params: { id: { schema: z.string().regex(/^[0-9a-f]{1,64}$/), description: 'Id of the entry' } },
  answer: { description: 'The entry as it is now', schema: alertSchema },
  errors: ['NOT_FOUND'],
  async handle({ params, caller }, { inbox, alerts }) {
    const entry = await inbox.acknowledge(params.id, caller.owner);
    await acknowledgeSource(alerts, entry.incident, caller.owner);
    return { json: renderAlert(entry) };
  },
});
