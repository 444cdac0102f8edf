import { z } from 'zod';
import type { ServedProduct } from '../product.ts';

/** Errors, as every route answers them. */
export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().describe('One of the error table'),
      message: z.string(),
      details: z.record(z.string(), z.unknown()),
      remedy: z.string().describe('What you can do about it'),
      error_id: z.string(),
    }),
  })
  .meta({ id: 'Error' });

export const factorSchema = z
  .object({
    factor: z.string(),
    value: z.union([z.number(), z.string()]).nullable(),
    impact: z.number().describe('Shapley value: points of the score, or log-odds of the probability'),
    direction: z.enum(['positive', 'negative']),
    description: z.string(),
    unit: z.string().nullable(),
  })
  .meta({ id: 'Factor' });

export const modelSchema = z
  .object({
    version: z.number().int(),
    package: z.string().describe('Content hash of the package that answered'),
    estimator: z.string(),
  })
  .meta({ id: 'AnsweringModel' });

const common = {
  product: z.string(),
  prediction_id: z.string().nullable().describe('Null where the answer could not be logged'),
  factors: z.array(factorSchema).describe('The strongest, up to five'),
  method: z.enum(['ml_trained', 'rules_fallback']),
  model: modelSchema.nullable().describe('Null where the fixed rules answered'),
  note: z.string().nullable(),
};

/** What one item is answered with. */
export function answerSchema(product: ServedProduct): z.ZodObject {
  const [low, high] = product.scale;
  const value = z.number().min(low).max(high);
  const breakdown = z.array(z.object({ model: z.string(), value: z.number(), weight: z.number() }));
  const confidence = z.number().min(0).max(1).nullable().describe('Agreement of the models, 0 to 1');
  if (product.task === 'binary') return z.object({ probability: value, confidence, breakdown, ...common });
  return z.object({
    score: value,
    interval: z
      .object({
        low: z.number(),
        high: z.number(),
        level: z.number().describe('Share of scores that lie inside'),
        wide: z.boolean().describe('Too wide to rely on: let an expert look'),
      })
      .nullable(),
    confidence,
    breakdown,
    advice: z.array(z.object({ factor: z.string(), text: z.string() })).describe('Only where a rule agrees'),
    rules_score: z.number().nullable().describe('What the fixed rules say'),
    ...common,
  });
}
