import { z } from 'zod';
import { expertScoreSchema } from '../../../datasets/records/expert-score.ts';
import { identifierSchema } from '../../../datasets/records/identifier.ts';
import type { Blobs } from '../../../platform/blobs/blobs.ts';
import type { Clock } from '../../../platform/clock.ts';
import { TouchlineError } from '../../../platform/errors.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { ScoringPlan, ServedProduct } from '../../product.ts';
import { nextClip, postScore, scoresOf } from '../../scoring/scores.ts';
import type { Call, Route } from '../route.ts';
import { findProduct, productParam } from './models.ts';

export interface ScoringDeps {
  products: readonly ServedProduct[];
  store: Store;
  blobs: Blobs;
  clock: Pick<Clock, 'now'>;
}

const round = z.coerce.number().int().min(1).max(1_000).default(1).describe('Scoring round');
const rater = identifierSchema
  .optional()
  .describe('Who scores; only without keys. With keys it is the owner of the key');

const clipSchema = z.object({
  id: z.string(),
  action: z.string(),
  fps: z.number(),
  bones: z.array(z.tuple([z.number(), z.number()])),
  frames: z.array(z.array(z.tuple([z.number(), z.number()]).nullable())),
});

const scoreBody = expertScoreSchema.pick({ score: true, comment: true, round: true }).extend({
  action: identifierSchema.describe('Id of the clip that was shown'),
  rater,
});

/** With keys a rater cannot be chosen: it is the owner of the key. */
function raterOf({ caller }: Call, given: string | undefined): string {
  if (caller.id === 'demo') {
    if (given !== undefined) return given;
    throw new TouchlineError('INVALID_INPUT', 'Say who scores: rater is needed without keys.', {
      details: { fields: [{ field: 'rater', problem: 'is needed' }] },
    });
  }
  if (given !== undefined && given !== caller.owner)
    throw new TouchlineError('FORBIDDEN', `This key scores as ${caller.owner}, not as ${given}.`);
  return caller.owner;
}

export function scoringRoutes(deps: ScoringDeps): Route[] {
  const { products, store, blobs, clock } = deps;

  function planned(name: string): { product: ServedProduct; plan: ScoringPlan } {
    const product = findProduct(products, name);
    if (product.scoring === undefined)
      throw new TouchlineError('NOT_FOUND', `${product.title} is not scored by experts.`);
    return { product, plan: product.scoring };
  }

  return [
    {
      method: 'get',
      path: '/v1/scoring/:product/next',
      access: 'expert',
      tag: 'scoring',
      summary: 'The clip to score next, without anybody’s scores',
      params: productParam,
      query: z.strictObject({ round, rater }),
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
      async handle(call) {
        const { product, plan } = planned(call.params.product);
        const query = call.query as { round: number; rater?: string };
        const clips = await plan.clips({ store, blobs });
        const found = await nextClip(store, {
          product: product.name,
          rater: raterOf(call, query.rater),
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
            step: plan.step ?? 0.5,
            guide: plan.guide,
            note: `Scores given here enter the next training of ${product.title}.`,
          },
        };
      },
    },
    {
      method: 'post',
      path: '/v1/scoring/:product/scores',
      access: 'expert',
      tag: 'scoring',
      summary: 'Give a score: one per expert, clip and round',
      description: 'Sending the same score again answers 409 ALREADY_EXISTS with the score that stands.',
      params: productParam,
      body: scoreBody,
      bodyExample: { action: 'clip-1', score: 7.5, comment: '', round: 1, rater: 'expert-1' },
      answer: {
        status: 201,
        description: 'Kept for good',
        schema: z.object({ action: z.string(), score: z.number(), round: z.number(), at: z.string() }),
      },
      errors: ['NOT_FOUND', 'ALREADY_EXISTS'],
      async handle(call) {
        const { product, plan } = planned(call.params.product);
        const body = call.body as z.output<typeof scoreBody>;
        const [low, high] = product.scale;
        const step = plan.step ?? 0.5;
        const steps = (body.score - low) / step;
        if (body.score < low || body.score > high || Math.abs(steps - Math.round(steps)) > 1e-9)
          throw new TouchlineError(
            'INVALID_INPUT',
            `A score lies between ${low} and ${high}, in steps of ${step}.`,
            {
              details: { fields: [{ field: 'score', problem: `${body.score} does not` }] },
            },
          );
        if ((await plan.clip(body.action, { store, blobs })) === undefined)
          throw new TouchlineError('NOT_FOUND', `There is no clip ${body.action}.`);
        const {
          action,
          score,
          at,
          round: given,
        } = await postScore(store, product.name, {
          action: body.action,
          rater: raterOf(call, body.rater),
          score: body.score,
          comment: body.comment,
          round: body.round,
          at: new Date(clock.now()).toISOString(),
        });
        return { json: { action, score, round: given, at } };
      },
    },
    {
      method: 'get',
      path: '/v1/scoring/:product/scores',
      access: 'expert',
      tag: 'scoring',
      summary: 'Scores of one clip: the others’ only after one’s own',
      params: productParam,
      query: z.strictObject({ action: identifierSchema, round, rater }),
      answer: {
        description: 'Own score, and the others’ once it is given',
        schema: z.object({
          own: z.number().nullable(),
          others: z.array(z.object({ rater: z.string(), score: z.number() })),
        }),
      },
      errors: ['NOT_FOUND'],
      async handle(call) {
        const { product, plan } = planned(call.params.product);
        const query = call.query as { action: string; round: number; rater?: string };
        const me = raterOf(call, query.rater);
        const scores = await scoresOf(store, {
          product: product.name,
          action: query.action,
          round: query.round,
        });
        const own = scores.find((score) => score.rater === me);
        const given = (await plan.scores?.(query.action, query.round, { store, blobs })) ?? [];
        // A score of the page is in the data too once a snapshot was made.
        const all = new Map([...given, ...scores].map(({ rater, score }) => [rater, score]));
        all.delete(me);
        const others = own === undefined ? [] : [...all].map(([rater, score]) => ({ rater, score }));
        return {
          json: {
            own: own?.score ?? null,
            others,
          },
        };
      },
    },
  ];
}
