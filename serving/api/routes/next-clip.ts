import { z } from 'zod';
import { raterOf } from '../../scoring/rater.ts';
import { nextClip as findNextClip, SCORE_STEP } from '../../scoring/scores.ts';
import { productParam } from '../product-param.ts';
import { defineRoute } from '../route.ts';
import { findScoredProduct, raterSchema, roundSchema } from '../scoring-params.ts';

const clipSchema = z.object({
  id: z.string(),
  action: z.string(),
  fps: z.number(),
  bones: z.array(z.tuple([z.number(), z.number()])),
  frames: z.array(z.array(z.tuple([z.number(), z.number()]).nullable())),
});

export const nextClip = defineRoute({
  method: 'get',
  path: '/v1/scoring/:product/next',
  access: 'expert',
  tag: 'scoring',
  summary: 'The next clip to score, without anybody’s scores',
  params: productParam,
  query: z.strictObject({ round: roundSchema, rater: raterSchema }),
  answer: {
    description: 'A clip, or null when all are scored',
    schema: z.object({
      clip: clipSchema.nullable(),
      done: z.number(),
      total: z.number(),
      scale: z.tuple([z.number(), z.number()]),
      step: z.number(),
      guide: z.array(z.object({ from: z.number(), to: z.number(), meaning: z.string() })),
      note: z.string(),
    }),
  },
  errors: ['NOT_FOUND'],
  async handle({ params, query, caller }, { products, store, blobs }) {
    const { product, plan } = findScoredProduct(products, params.product);
    const clips = await plan.clips({ store, blobs });
    const found = await findNextClip(store, {
      product: product.name,
      rater: raterOf(caller, query.rater),
      round: query.round,
      clips,
    });
    const clip = found.clip === undefined ? undefined : await plan.clip(found.clip, { store, blobs });
    return {
      json: {
        clip: clip ?? null,
        done: found.done,
        total: found.total,
        scale: product.scale,
        step: SCORE_STEP,
        guide: plan.guide,
        note: `Scores given here are used in the next training of ${product.title}.`,
      },
    };
  },
});
