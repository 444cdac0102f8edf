import { z } from 'zod';
import type { Store } from '../../../platform/store/store.ts';
import { withTimeout } from '../../../platform/with-timeout.ts';
import type { ServedProduct } from '../../product.ts';
import type { Champions } from '../../runtime/champion.ts';
import type { Route } from '../route.ts';

const statusSchema = z.object({ status: z.string() });

export interface HealthDeps {
  products: readonly ServedProduct[];
  champions: Champions;
  store: Pick<Store, 'ping'>;
  /** False before the first look at the champions is done, and again once the server drains. */
  open(): boolean;
}

/** What stands between this server and requests; empty when it is ready. */
export function obstacles({ products, champions, open }: HealthDeps): string[] {
  const found: string[] = [];
  if (!open()) found.push('server: starting or draining');
  for (const { name } of products) {
    const { served, failure } = champions.state(name);
    // An older champion that goes on answering keeps the server ready; the failure is reported elsewhere.
    if (served === undefined && failure !== undefined) found.push(`${name}: ${failure.code}`);
  }
  return found;
}

const PING_MS = 500;

/** What is away and not needed for predictions: without it they are answered and logged later. */
async function missing({ store }: HealthDeps): Promise<string[]> {
  return withTimeout(PING_MS, store.ping()).then(
    () => [],
    () => ['store: away'],
  );
}

export function healthRoutes(deps: HealthDeps): Route[] {
  return [
    {
      method: 'get',
      path: '/health/live',
      access: 'public',
      tag: 'health',
      summary: 'Whether the process runs',
      answer: { description: 'It runs', schema: statusSchema },
      handle: async () => ({ json: { status: 'live' } }),
    },
    {
      method: 'get',
      path: '/health/ready',
      access: 'public',
      tag: 'health',
      summary: 'Whether requests should be sent here',
      description:
        'Not before every champion was loaded and repeated its golden outputs, and not while it drains. A store that is away does not stand in the way of predictions: it is listed under `degraded`.',
      answer: {
        description: 'Ready',
        schema: statusSchema.extend({ waiting_for: z.array(z.string()), degraded: z.array(z.string()) }),
      },
      async handle() {
        const waiting = obstacles(deps);
        const degraded = await missing(deps);
        if (waiting.length === 0) return { json: { status: 'ready', waiting_for: [], degraded } };
        return {
          status: 503,
          headers: { 'Retry-After': '1' },
          json: { status: 'not ready', waiting_for: waiting, degraded },
        };
      },
    },
  ];
}
