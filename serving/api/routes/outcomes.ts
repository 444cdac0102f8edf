import { z } from 'zod';
import type { Clock } from '../../../platform/clock.ts';
import { TouchlineError } from '../../../platform/errors.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { ServedProduct } from '../../product.ts';
import { outcomes } from '../../runtime/outcomes.ts';
import type { Route } from '../route.ts';
import { findProduct, productParam } from './models.ts';

export interface OutcomeDeps {
  products: readonly ServedProduct[];
  store: Store;
  clock: Pick<Clock, 'now'>;
}

const MOST = 1_000;

/** What became of predictions: the live error is measured with it. */
export function outcomeRoutes({ products, store, clock }: OutcomeDeps): Route[] {
  return [
    {
      method: 'post',
      path: '/v1/outcomes/:product',
      access: 'expert',
      tag: 'monitoring',
      summary: 'Say what turned out to be true of predictions',
      description:
        'By `prediction_id`; a second outcome of the same prediction replaces the first. Monitoring compares them with what the test part promised.',
      params: productParam,
      body: z.strictObject({
        items: z
          .array(
            z.strictObject({
              prediction_id: z.uuid(),
              value: z.number().describe('A score on the scale of the product, or 0 or 1'),
            }),
          )
          .min(1)
          .max(MOST),
      }),
      answer: { description: 'How many were kept', schema: z.object({ kept: z.number() }) },
      errors: ['NOT_FOUND'],
      async handle({ params, body, caller }) {
        const product = findProduct(products, params.product);
        const { items } = body as { items: { prediction_id: string; value: number }[] };
        const [low, high] = product.scale;
        const allowed = (value: number) =>
          product.task === 'binary' ? value === 0 || value === 1 : value >= low && value <= high;
        const wrong = items.findIndex(({ value }) => !allowed(value));
        if (wrong >= 0)
          throw new TouchlineError(
            'INVALID_INPUT',
            `Item ${wrong}: ${items[wrong].value} is no outcome of ${product.name}: give ${product.task === 'binary' ? '0 or 1' : `a number from ${low} to ${high}`}.`,
            {
              details: {
                fields: [{ field: `items.${wrong}.value`, problem: 'outside of what is possible' }],
              },
            },
          );
        const at = new Date(clock.now()).toISOString();
        await outcomes(store).putMany(
          items.map(({ prediction_id, value }) => ({
            id: prediction_id,
            product: product.name,
            value,
            at,
            by: caller.owner,
          })),
        );
        return { json: { kept: items.length } };
      },
    },
  ];
}
