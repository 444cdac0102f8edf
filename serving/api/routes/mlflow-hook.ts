import { z } from 'zod';
import {
  deliverySchema,
  isSigned,
  WEBHOOK_HEADERS,
} from '../../../platform/tracking/mlflow/client/webhooks.ts';
import { CHAMPION } from '../../../registry/history.ts';
import { defineRoute } from '../route.ts';

/** Maximum age of a delivery in seconds, in both directions as clocks differ; an older one may be a replay. */
const MAX_AGE_S = 300;

/** Receives registry events of MLflow, so that a new champion is loaded at once and not at the next poll. */
export const mlflowHook = defineRoute({
  method: 'post',
  path: '/hooks/mlflow',
  access: 'hook',
  signed(header, body, { clock, trackingHookSecret: secret }) {
    const signature = header(WEBHOOK_HEADERS.signature);
    const timestamp = header(WEBHOOK_HEADERS.timestamp);
    const delivery = header(WEBHOOK_HEADERS.delivery);
    if (!secret || signature === undefined || timestamp === undefined || delivery === undefined) return false;
    if (!/^\d{1,12}$/.test(timestamp)) return false;
    if (Math.abs(clock.now() / 1_000 - Number(timestamp)) > MAX_AGE_S) return false;
    return isSigned({ signature, timestamp, delivery, body }, secret);
  },
  tag: 'models',
  summary: 'Webhook for MLflow’s model registry',
  description:
    'When the champion alias was moved in MLflow, the new champion is loaded at once. Accepts deliveries signed with the configured secret and at most five minutes old, or an operator’s key.',
  body: deliverySchema,
  bodyExample: {
    entity: 'model_version_alias',
    action: 'created',
    timestamp: '2026-01-02T03:04:05+00:00',
    data: { name: 'shots', alias: 'champion', version: '3' },
  },
  answer: {
    description: 'The product whose champion is read again; null where the event is about something else',
    schema: z.object({ product: z.string().nullable() }),
  },
  async handle({ body: { entity, action, data } }, { products, champions, log }) {
    const product = products.find(({ name }) => name === data.name)?.name;
    if (entity !== 'model_version_alias' || data.alias !== CHAMPION || product === undefined)
      return { json: { product: null } };
    log.info({ product, action }, 'MLflow reports that the champion alias was moved');
    // The sender does not wait for the package to load.
    void champions.refresh(product);
    return { json: { product } };
  },
});
