import { z } from 'zod';
import { identifierSchema } from '../../datasets/records/identifier.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { ScoringPlan, ServedProduct } from '../product.ts';
import { findProduct } from './product-param.ts';

/** Parameters that the scoring routes share. */
export const roundSchema = z.coerce
  .number<number>()
  .int()
  .min(1)
  .max(1_000)
  .default(1)
  .describe('Scoring round');

export const raterSchema = identifierSchema
  .optional()
  .describe('Who scores; only without keys. With keys it is the owner of the key');

/** @throws NOT_FOUND for an unknown product, and for one that experts do not score */
export function findScoredProduct(
  products: readonly ServedProduct[],
  name: string,
): { product: ServedProduct; plan: ScoringPlan } {
  const product = findProduct(products, name);
  if (product.scoring === undefined)
    throw new TouchlineError('NOT_FOUND', `${product.title} is not scored by experts.`);
  return { product, plan: product.scoring };
}
