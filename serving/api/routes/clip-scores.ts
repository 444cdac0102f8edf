import { z } from 'zod';
import { identifierSchema } from '../../../datasets/records/identifier.ts';
import { raterOf } from '../../scoring/rater.ts';
import { scoresOf } from '../../scoring/scores.ts';
import { productParam } from '../product-param.ts';
import { defineRoute } from '../route.ts';
import { findScoredProduct, raterSchema, roundSchema } from '../scoring-params.ts';

export const clipScores = defineRoute({
  method: 'get',
  path: '/v1/scoring/:product/scores',
  access: 'expert',
  tag: 'scoring',
  summary: 'Scores of one clip; the others’ only after your own',
  params: productParam,
  query: z.strictObject({ action: identifierSchema, round: roundSchema, rater: raterSchema }),
  answer: {
    description: 'Your own score, and the others’ once yours is given',
    schema: z.object({
      own: z.number().nullable(),
      others: z.array(z.object({ rater: z.string(), score: z.number() })),
    }),
  },
  errors: ['NOT_FOUND'],
  async handle({ params, query, caller }, { products, store, blobs }) {
    const { product, plan } = findScoredProduct(products, params.product);
    const { action, round } = query;
    const me = raterOf(caller, query.rater);
    const posted = await scoresOf(store, { product: product.name, action, round });
    const imported = (await plan.scores?.(action, round, { store, blobs })) ?? [];
    // A score given on the page is in the data as well once a snapshot was made of it.
    const byRater = new Map([...imported, ...posted].map(({ rater, score }) => [rater, score]));
    byRater.delete(me);
    const own = posted.find((score) => score.rater === me);
    const others = own === undefined ? [] : [...byRater].map(([rater, score]) => ({ rater, score }));
    return { json: { own: own?.score ?? null, others } };
  },
});
