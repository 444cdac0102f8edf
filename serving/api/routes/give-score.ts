import { z } from 'zod';
import { expertScoreSchema } from '../../../datasets/records/expert-score.ts';
import { identifierSchema } from '../../../datasets/records/identifier.ts';
import { TouchlineError } from '../../../platform/errors.ts';
import { raterOf } from '../../scoring/rater.ts';
import { postScore, SCORE_STEP } from '../../scoring/scores.ts';
import { productParam } from '../product-param.ts';
import { defineRoute } from '../route.ts';
import { findScoredProduct, raterSchema } from '../scoring-params.ts';

/** @throws INVALID_INPUT for a score off the scale or between its steps */
function requireOnScale(score: number, [low, high]: readonly [number, number]): void {
  const steps = (score - low) / SCORE_STEP;
  if (score >= low && score <= high && Math.abs(steps - Math.round(steps)) <= 1e-9) return;
  throw new TouchlineError(
    'INVALID_INPUT',
    `A score must be between ${low} and ${high}, in steps of ${SCORE_STEP}.`,
    { details: { fields: [{ field: 'score', problem: `${score} is not` }] } },
  );
}

export const giveScore = defineRoute({
  method: 'post',
  path: '/v1/scoring/:product/scores',
  access: 'expert',
  tag: 'scoring',
  summary: 'Give a score: one per expert, clip and round',
  description: 'A second score of the same clip answers 409 ALREADY_EXISTS with the score that was kept.',
  params: productParam,
  body: expertScoreSchema.pick({ score: true, comment: true, round: true }).extend({
    action: identifierSchema.describe('Id of the clip that was shown'),
    rater: raterSchema,
  }),
  bodyExample: { action: 'clip-1', score: 7.5, comment: '', round: 1, rater: 'expert-1' },
  answer: {
    status: 201,
    description: 'Stored',
    schema: z.object({ action: z.string(), score: z.number(), round: z.number(), at: z.string() }),
  },
  errors: ['NOT_FOUND', 'ALREADY_EXISTS'],
  async handle({ params, body, caller }, { products, store, blobs, clock }) {
    const { product, plan } = findScoredProduct(products, params.product);
    requireOnScale(body.score, product.scale);
    if ((await plan.clip(body.action, { store, blobs })) === undefined)
      throw new TouchlineError('NOT_FOUND', `There is no clip ${body.action}.`);
    const { action, score, at, round } = await postScore(store, product.name, {
      action: body.action,
      rater: raterOf(caller, body.rater),
      score: body.score,
      comment: body.comment,
      round: body.round,
      at: new Date(clock.now()).toISOString(),
    });
    return { json: { action, score, round, at } };
  },
});
