/**
 * What `import … from 'touchline'` offers to the file of a product.
 * @example
 * const jumps = defineProduct({
 *   name: 'high-jumps',
 *   description: 'Height of a jump in metres.',
 *   task: 'regression',
 *   scale: [0, 3],
 *   record: z.strictObject({
 *     id: z.string(),
 *     athlete: z.string(),
 *     runUp: z.number().min(0).max(15),
 *     height: z.number().optional(),
 *   }),
 *   row: { group: 'athlete', target: 'height' },
 * });
 * jumps.serving.path; // => '/v1/high-jumps/score'
 * jumps.features.columns.map(({ name }) => name); // => ['runUp']
 */
export { z } from 'zod';
export { actionFeatures } from '../datasets/features/biomechanics.ts';
export type { FeatureSet } from '../datasets/features/feature-set.ts';
export type { FeatureColumn } from '../datasets/matrix.ts';
export { type ActionType, postedActionSchema } from '../datasets/records/action.ts';
export type { RowRules } from '../etl/plan.ts';
export { scoredActionRows } from '../etl/rows/scored-actions.ts';
export type { Source } from '../etl/source.ts';
export { scoredActions } from '../etl/sources/scored-actions.ts';
export { TouchlineError } from '../platform/errors.ts';
export { seeded } from '../platform/random.ts';
export { actionScoring } from '../serving/scoring/action-clips.ts';
export type { Feature, RecordDeclaration, RowsDeclaration } from './declaration.ts';
export { defineProduct } from './define-product.ts';
export { memberParams } from './member-params.ts';
export type { Product } from './product.ts';
export { writeJsonLines } from './write-json-lines.ts';
