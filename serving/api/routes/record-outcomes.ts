import { z } from 'zod';
import { TouchlineError } from '../../../platform/errors.ts';
import { outcomes } from '../../runtime/outcomes.ts';
import { findProduct, productParam } from '../product-param.ts';
import { defineRoute } from '../route.ts';

const MAX_ITEMS = 1_000;

export const recordOutcomes = defineRoute({
  method: 'post',
  path: '/v1/outcomes/:product',
  access: 'expert',
  tag: 'monitoring',
  summary: 'Record the true outcomes of predictions',
  description:
    'By `prediction_id`; a second outcome of the same prediction replaces the first. Monitoring compares the live error with the error on the test part.',
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
      .max(MAX_ITEMS),
  }),
  answer: { description: 'How many were kept', schema: z.object({ kept: z.number() }) },
  errors: ['NOT_FOUND'],
  async handle({ params, body: { items }, caller }, { products, store, clock }) {
    const product = findProduct(products, params.product);
    const [low, high] = product.scale;
    const allowed = (value: number) =>
      product.task === 'binary' ? value === 0 || value === 1 : value >= low && value <= high;
    const wrong = items.findIndex(({ value }) => !allowed(value));
    if (wrong >= 0)
      throw new TouchlineError(
        'INVALID_INPUT',
        `Item ${wrong}: ${items[wrong].value} is not an outcome of ${product.name}: send ${product.task === 'binary' ? '0 or 1' : `a number from ${low} to ${high}`}.`,
        { details: { fields: [{ field: `items.${wrong}.value`, problem: 'is out of range' }] } },
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
});
