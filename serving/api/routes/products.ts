import { z } from 'zod';
import { ROLES } from '../../auth/roles.ts';
import type { ServedProduct } from '../../product.ts';
import type { Route } from '../route.ts';

export interface ProductsDeps {
  products: readonly ServedProduct[];
  mode: 'keys' | 'demo';
}

/** What the pages ask first: who am I here, and what is there. */
export function productRoutes({ products, mode }: ProductsDeps): Route[] {
  return [
    {
      method: 'get',
      path: '/v1/session',
      access: 'public',
      tag: 'products',
      summary: 'Whether keys are needed, and what the caller’s key allows',
      answer: {
        description: 'The caller',
        schema: z.object({
          mode: z.enum(['keys', 'demo']),
          owner: z.string().nullable(),
          role: z.enum(ROLES).nullable().describe('Null without a key'),
        }),
      },
      async handle({ caller }) {
        const known = caller.id !== 'anybody';
        return { json: { mode, owner: known ? caller.owner : null, role: known ? caller.role : null } };
      },
    },
    {
      method: 'get',
      path: '/v1/products',
      access: 'viewer',
      tag: 'products',
      summary: 'What is predicted here, and where',
      answer: {
        description: 'One entry a product',
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
      handle: async () => ({
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
    },
  ];
}
