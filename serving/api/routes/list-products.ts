import { z } from 'zod';
import { defineRoute } from '../route.ts';

export const listProducts = defineRoute({
  method: 'get',
  path: '/v1/products',
  access: 'viewer',
  tag: 'products',
  summary: 'Products served here, with the paths of their predictions',
  answer: {
    description: 'One entry per product',
    schema: z.object({
      products: z.array(
        z.object({
          name: z.string(),
          title: z.string(),
          description: z.string(),
          task: z.enum(['regression', 'binary']),
          path: z.string(),
          scale: z.tuple([z.number(), z.number()]),
          scored: z.boolean().describe('Whether experts score its clips here'),
          example: z.unknown().describe('One item that is answered with 200'),
        }),
      ),
    }),
  },
  handle: async (_call, { products }) => ({
    json: {
      products: products.map(({ name, title, description, task, path, scale, scoring, example }) => ({
        name,
        title,
        description,
        task,
        path,
        scale,
        scored: scoring !== undefined,
        example,
      })),
    },
  }),
});
