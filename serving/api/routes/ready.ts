import { z } from 'zod';
import type { Store } from '../../../platform/store/store.ts';
import { withTimeout } from '../../../platform/with-timeout.ts';
import { defineRoute } from '../route.ts';

const PING_MS = 500;

/** Dependencies that are unavailable but not needed for predictions: those are answered now and logged later. */
const degradedDependencies = (store: Pick<Store, 'ping'>): Promise<string[]> =>
  withTimeout(PING_MS, store.ping()).then(
    () => [],
    () => ['store: away'],
  );

export const ready = defineRoute({
  method: 'get',
  path: '/health/ready',
  access: 'public',
  tag: 'health',
  summary: 'Whether requests should be sent here',
  description:
    'Not ready until every champion is loaded and has reproduced its golden outputs, nor while the server drains. An unavailable store does not stop predictions: it is listed under `degraded`.',
  answer: {
    description: 'Ready',
    schema: z.object({
      status: z.string(),
      waiting_for: z.array(z.string()),
      degraded: z.array(z.string()),
    }),
  },
  async handle(_call, { store, notReadyReasons }) {
    const waiting = notReadyReasons();
    const degraded = await degradedDependencies(store);
    if (waiting.length === 0) return { json: { status: 'ready', waiting_for: [], degraded } };
    return {
      status: 503,
      headers: { 'Retry-After': '1' },
      json: { status: 'not ready', waiting_for: waiting, degraded },
    };
  },
});
