import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Connection } from './connection.ts';
import { pages } from './pages.ts';
import { type MlflowWebhook, webhookSchema } from './schemas.ts';

const PATH = 'api/2.0/mlflow/webhooks';
const one = z.object({ webhook: webhookSchema });

/** Such as `{ entity: 'MODEL_VERSION_ALIAS', action: 'CREATED' }`. */
export interface WebhookEvent {
  entity: string;
  action: string;
}

/** Notifications about the registry that the server sends to a URL (MLflow 3.3 and newer). */
export interface Webhooks {
  create(webhook: {
    name: string;
    url: string;
    /** Signs each delivery. */
    secret: string;
    events: readonly WebhookEvent[];
  }): Promise<MlflowWebhook>;
  all(): AsyncIterable<MlflowWebhook>;
  delete(id: string): Promise<void>;
}

export function createWebhooks({ call, createOnce }: Connection): Webhooks {
  const all = () => pages(call, { path: PATH, query: { max_results: 100 } }, 'webhooks', webhookSchema);
  return {
    all,
    async create({ name, url, secret, events }) {
      const json = { name, url, secret, events, status: 'ACTIVE' };
      return createOnce(
        async () => (await call({ method: 'POST', path: PATH, json }, one)).webhook,
        async () => {
          for await (const webhook of all()) if (webhook.name === name && webhook.url === url) return webhook;
          return undefined;
        },
      );
    },
    async delete(id) {
      await call(
        { method: 'DELETE', path: `${PATH}/${encodeURIComponent(id)}`, idempotent: true },
        z.object({}),
      );
    },
  };
}

/** Headers of a delivery, in lower case. */
export const WEBHOOK_HEADERS = {
  signature: 'x-mlflow-signature',
  timestamp: 'x-mlflow-timestamp',
  delivery: 'x-mlflow-delivery-id',
} as const;

/** The body of a delivery. */
export const deliverySchema = z.object({
  entity: z.string(),
  action: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/**
 * Whether a delivery was signed with the secret (`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`).
 * Compares in constant time. The receiver has to check the age of the delivery.
 */
export function isSigned(
  {
    signature,
    timestamp,
    delivery,
    body,
  }: { signature: string; timestamp: string; delivery: string; body: Uint8Array },
  secret: string,
): boolean {
  const mac = createHmac('sha256', secret).update(`${delivery}.${timestamp}.`).update(body).digest('base64');
  const wanted = Buffer.from(`v1,${mac}`);
  const given = Buffer.from(signature);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
