import { z } from 'zod';
import { convertLightgbmModel, type LightgbmModel, type LightgbmNode } from './lightgbm-model.ts';
import { type ForeignTrees, unsupported } from './tree-nodes.ts';

const leafSchema = z.object({ leaf_value: z.number(), leaf_count: z.number().optional() });
const splitSchema = z.object({
  split_feature: z.number(),
  threshold: z.number(),
  decision_type: z.literal('<='),
  default_left: z.boolean(),
  missing_type: z.enum(['None', 'NaN', 'Zero']),
  internal_count: z.number(),
  left_child: z.lazy(() => nodeSchema),
  right_child: z.lazy(() => nodeSchema),
});
const nodeSchema: z.ZodType<LightgbmNode> = z.union([leafSchema, splitSchema]);

const modelSchema: z.ZodType<LightgbmModel> = z.object({
  num_class: z.number(),
  objective: z.string().optional(),
  feature_names: z.array(z.string()),
  average_output: z.boolean().optional(),
  tree_info: z.array(z.object({ num_cat: z.number().optional(), tree_structure: nodeSchema })),
});

/** Reads what `booster.dump_model()` of a LightGBM anywhere gave. @throws INVALID_FORMAT as `convertLightgbmModel` does */
export function readLightgbmDump(json: unknown): ForeignTrees {
  const parsed = modelSchema.safeParse(json);
  if (!parsed.success) throw unsupported('LightGBM', z.prettifyError(parsed.error));
  return convertLightgbmModel(parsed.data);
}
