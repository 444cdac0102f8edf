import { z } from 'zod';
import type { Task } from '../definition.ts';
import { type ForeignTrees, type Node, treeOf, unsupported } from './tree-nodes.ts';
import { convertXgboostModel, type XgboostModel, xgboostTrees } from './xgboost-model.ts';

const numbers = z.array(z.number());

const modelSchema: z.ZodType<XgboostModel> = z.object({
  learner: z.object({
    feature_names: z.array(z.string()),
    gradient_booster: z.object({
      name: z.string(),
      model: z.object({
        trees: z.array(
          z.object({
            left_children: numbers,
            right_children: numbers,
            split_indices: numbers,
            split_conditions: numbers,
            split_type: numbers,
            default_left: z.array(z.union([z.number(), z.boolean()])),
            sum_hessian: numbers,
          }),
        ),
      }),
    }),
    learner_model_param: z.object({ base_score: z.string(), num_class: z.string() }),
    objective: z.object({ name: z.string() }),
  }),
});

/** Reads a model from anywhere that XGBoost saved as JSON. @throws INVALID_FORMAT as `convertXgboostModel` does */
export function readXgboostModel(json: unknown): ForeignTrees {
  const parsed = modelSchema.safeParse(json);
  if (!parsed.success) throw unsupported('XGBoost', z.prettifyError(parsed.error));
  return convertXgboostModel(parsed.data);
}

const leafSchema = z.object({ leaf: z.number(), cover: z.number() });
const splitSchema = z.object({
  split: z.string(),
  split_condition: z.number(),
  yes: z.number(),
  no: z.number(),
  missing: z.number(),
  cover: z.number(),
  children: z.tuple([z.unknown(), z.unknown()]),
});
const idSchema = z.object({ nodeid: z.number() });

/**
 * Reads `get_dump(with_stats=True, dump_format='json')`, which says neither what the features are nor what the sum
 * starts from: both are given. `base` is the margin: ln(p / (1 − p)) where base_score p is a probability.
 */
export function readXgboostDump(
  json: unknown,
  { features, base, task }: { features: readonly string[]; base: number; task: Task },
): ForeignTrees {
  const index = new Map(features.map((name, i) => [name, i]));
  const read = (value: unknown): Node => {
    const leaf = leafSchema.safeParse(value);
    if (leaf.success) return leaf.data;
    const split = splitSchema.safeParse(value);
    if (!split.success) throw unsupported('XGBoost', z.prettifyError(split.error));
    const { split: name, split_condition: threshold, yes, no, missing, cover, children } = split.data;
    const feature = index.get(name);
    if (feature === undefined) throw unsupported('XGBoost', `feature ${name} is not among those given`);
    const child = (id: number) => {
      const found = children.find((candidate) => idSchema.safeParse(candidate).data?.nodeid === id);
      if (found === undefined) throw unsupported('XGBoost', `node ${id} is missing`);
      return read(found);
    };
    return { feature, threshold, missingLeft: missing === yes, cover, left: child(yes), right: child(no) };
  };
  if (!Array.isArray(json)) throw unsupported('XGBoost', 'a dump is a list of trees');
  return xgboostTrees(
    features,
    task,
    base,
    json.map((tree) => treeOf(read(tree))),
  );
}
