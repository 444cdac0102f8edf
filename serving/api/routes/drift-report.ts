import { z } from 'zod';
import { driftQuery } from '../drift-query.ts';
import { findProduct, productParam } from '../product-param.ts';
import { defineRoute } from '../route.ts';

const columnSchema = z.object({
  name: z.string(),
  type: z.string(),
  test: z.string(),
  statistic: z.number().nullable(),
  threshold: z.number(),
  pValue: z.number().optional(),
  adjustedPValue: z.number().optional().describe('After correction over all columns'),
  drifted: z.boolean(),
  enough: z.boolean(),
  reference_n: z.number(),
  current_n: z.number(),
  missing: z
    .object({
      reference: z.number(),
      current: z.number(),
      drifted: z.boolean(),
      adjustedPValue: z.number().optional(),
    })
    .describe('Shares of rows without a value'),
});

export const driftReport = defineRoute({
  method: 'get',
  path: '/v1/drift/:product',
  access: 'viewer',
  tag: 'monitoring',
  summary: 'Drift of recent predictions against the champion’s training data',
  params: productParam,
  query: driftQuery,
  answer: {
    description: 'Verdict and columns',
    schema: z.object({
      product: z.string(),
      days: z.number(),
      verdict: z.enum(['drift', 'no_drift', 'not_enough_data']),
      reason: z.string(),
      share: z.number(),
      rows: z.object({ reference: z.number(), current: z.number(), needed: z.number() }),
      columns: z.array(columnSchema),
      prediction: columnSchema.optional().describe('Drift of the predictions themselves'),
      effect: z
        .object({
          reference_mean: z.number(),
          current_mean: z.number(),
          points: z.number(),
          low: z.number(),
          high: z.number(),
        })
        .optional()
        .describe('Change of the mean prediction, with its 95 % interval'),
    }),
  },
  errors: ['NOT_FOUND'],
  async handle({ params, query }, { products, driftReports }) {
    const product = findProduct(products, params.product);
    const days = query.days ?? product.windowDays;
    const { verdict, reason, share, rows, columns, prediction, effect } = await driftReports.report(
      product,
      days,
    );
    return {
      json: { product: product.name, days, verdict, reason, share, rows, columns, prediction, effect },
    };
  },
});
