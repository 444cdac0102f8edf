import { z } from 'zod';
import type { Clock } from '../../../platform/clock.ts';
import {
  deliverySchema,
  isSigned,
  WEBHOOK_HEADERS,
} from '../../../platform/tracking/mlflow/client/webhooks.ts';
import type { ServingLog } from '../../deps.ts';
import type { ServedProduct } from '../../product.ts';
import type { Champions } from '../../runtime/champion.ts';
import type { Route } from '../route.ts';

export interface MlflowHookDeps {
  products: readonly ServedProduct[];
  champions: Pick<Champions, 'refresh'>;
  clock: Pick<Clock, 'now'>;
  log: ServingLog;
  /** What MLflow signs with; none: no delivery is accepted. */
  secret?: string;
}

/** Seconds that a delivery may be old, or early where clocks differ: an older one may be a repetition by a stranger. */
const MOST_AGE_S = 300;

/** MLflow telling of a change in its registry: a moved champion is taken up at once instead of at the next look. */
export function mlflowRoute({ products, champions, clock, log, secret }: MlflowHookDeps): Route {
  return {
    method: 'post',
    path: '/hooks/mlflow',
    access: 'hook',
    signed(header, body) {
      const { signature, timestamp, delivery } = WEBHOOK_HEADERS;
      const [by, at, id] = [header(signature), header(timestamp), header(delivery)];
      if (!secret || by === undefined || at === undefined || id === undefined) return false;
      if (!/^\d{1,12}$/.test(at) || Math.abs(clock.now() / 1_000 - Number(at)) > MOST_AGE_S) return false;
      return isSigned({ signature: by, timestamp: at, delivery: id, body }, secret);
    },
    tag: 'models',
    summary: "What MLflow's registry webhooks post",
    description:
      'An alias that was moved there is looked at at once. Takes deliveries that are signed with the secret of the settings and at most five minutes old, or the key of an operator.',
    body: deliverySchema,
    bodyExample: {
      entity: 'model_version_alias',
      action: 'created',
      timestamp: '2026-01-02T03:04:05+00:00',
      data: { name: 'shots', alias: 'champion', version: '3' },
    },
    answer: {
      description: 'The product that is looked at',
      schema: z.object({ product: z.string().nullable() }),
    },
    async handle({ body }) {
      const { entity, action, data } = body as z.output<typeof deliverySchema>;
      const product = products.find(({ name }) => name === data.name)?.name;
      if (entity !== 'model_version_alias' || data.alias !== 'champion' || product === undefined)
        return { json: { product: null } };
      log.info({ product, action }, 'MLflow says that the champion alias was moved');
      // The sender is not kept waiting for a package to load.
      void champions.refresh(product);
      return { json: { product } };
    },
  };
}
