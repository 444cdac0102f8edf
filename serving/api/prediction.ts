import { z } from 'zod';
import type { ServedProduct } from '../product.ts';
import type { Answer } from '../runtime/answer.ts';

const factorSchema = z
  .object({
    factor: z.string(),
    value: z.union([z.number(), z.string()]).nullable(),
    impact: z.number().describe('Shapley value: points of the score, or log-odds of the probability'),
    direction: z.enum(['positive', 'negative']),
    description: z.string(),
    unit: z.string().nullable(),
  })
  .meta({ id: 'Factor' });

const modelSchema = z
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

const breakdown = z.array(z.object({ model: z.string(), value: z.number(), weight: z.number() }));
const confidence = z.number().min(0).max(1).nullable().describe('Agreement of the models, 0 to 1');

/** Schemas of the answer for one item, by task. */
export const predictionSchemas = {
  regression: (low: number, high: number) =>
    z.object({
      score: z.number().min(low).max(high),
      interval: z
        .object({
          low: z.number(),
          high: z.number(),
          level: z.number().describe('Share of scores that lie inside'),
          wide: z.boolean().describe('Too wide to rely on: ask an expert'),
        })
        .nullable(),
      confidence,
      breakdown,
      advice: z
        .array(z.object({ factor: z.string(), text: z.string() }))
        .describe('Only where a rule agrees with the model'),
      rules_score: z.number().nullable().describe('Score of the fixed rules'),
      ...common,
    }),
  binary: (low: number, high: number) =>
    z.object({ probability: z.number().min(low).max(high), confidence, breakdown, ...common }),
};

export const predictionSchema = ({ task, scale }: ServedProduct) =>
  predictionSchemas[task === 'binary' ? 'binary' : 'regression'](...scale);

/**
 * The answer for one item as callers receive it.
 * @param id of the logged prediction; null where it was not logged.
 */
export function renderPrediction(product: ServedProduct, answer: Answer, id: string | null) {
  const shared = {
    product: product.name,
    prediction_id: id,
    method: answer.method,
    confidence: answer.confidence ?? null,
    breakdown: answer.breakdown,
    factors: answer.factors.map((factor) => ({ ...factor, unit: factor.unit ?? null })),
    model: answer.model ?? null,
    note: answer.note ?? null,
  };
  if (product.task === 'binary') return { probability: answer.value, ...shared };
  return {
    score: answer.value,
    interval: answer.interval ?? null,
    advice: answer.advice,
    rules_score: answer.rulesScore ?? null,
    ...shared,
  };
}
