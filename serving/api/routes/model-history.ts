import { z } from 'zod';
import { championAt, history, historyJson } from '../../../registry/history.ts';
import { STORED } from '../../../registry/stored-names.ts';
import { findProduct, productParam } from '../product-param.ts';
import { defineRoute } from '../route.ts';

const action = z.enum(['promote', 'rollback']);
const evidence = z.unknown().describe('Figures that the decision was based on');

const championPeriodSchema = z.object({
  product: z.string(),
  version: z.number(),
  package: z.string(),
  since: z.string(),
  until: z.string().nullable(),
  action,
  by: z.string(),
  previous: z.number().nullable(),
  reasons: z.array(z.string()),
  evidence,
});

const rejectionSchema = z.object({
  id: z.string(),
  product: z.string(),
  at: z.string(),
  action,
  version: z.number(),
  package: z.string(),
  previous: z.number().nullable(),
  code: z.string(),
  by: z.string(),
  reasons: z.array(z.string()),
  evidence,
});

export const modelHistory = defineRoute({
  method: 'get',
  path: '/v1/models/:product/history',
  access: 'viewer',
  tag: 'models',
  summary: 'Which versions were champion, when and why, and which were rejected',
  params: productParam,
  query: z.strictObject({
    at: z.iso.datetime({ offset: true }).optional().describe('Only the champion at this time'),
  }),
  answer: {
    description: 'Newest first',
    schema: z.object({
      [STORED.periods]: z.array(championPeriodSchema),
      [STORED.rejections]: z.array(rejectionSchema),
    }),
  },
  errors: ['NOT_FOUND'],
  async handle({ params, query }, services) {
    const { name } = findProduct(services.products, params.product);
    if (query.at === undefined) return { json: historyJson(await history(name, services)) };
    const period = await championAt(name, query.at, services);
    return { json: historyJson({ periods: period === undefined ? [] : [period], rejections: [] }) };
  },
});
