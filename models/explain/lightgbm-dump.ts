import { z } from 'zod';
import { type ForeignTrees, type Node, treeOf, unsupported } from './tree-nodes.ts';

const dumpSchema = z.object({
  num_class: z.number(),
  objective: z.string().optional(),
  feature_names: z.array(z.string()),
  average_output: z.boolean().optional(),
  tree_info: z.array(z.object({ num_cat: z.number().optional(), tree_structure: z.unknown() })),
});
const leafSchema = z.object({ leaf_value: z.number(), leaf_count: z.number().optional() });
const splitSchema = z.object({
  split_feature: z.number(),
  threshold: z.number(),
  decision_type: z.literal('<='),
  default_left: z.boolean(),
  missing_type: z.enum(['None', 'NaN', 'Zero']),
  internal_count: z.number(),
  left_child: z.unknown(),
  right_child: z.unknown(),
});

const bits = new Int32Array(1);
const asFloat = new Float32Array(bits.buffer);

/** The largest float32 that is not above `x`: for a float32 value v, v ≤ x is v ≤ floor32(x). */
export function floor32(x: number): number {
  const near = Math.fround(x);
  if (near <= x) return near;
  if (near === 0) return -1.401298464324817e-45;
  asFloat[0] = near;
  bits[0] += near > 0 ? -1 : 1;
  return asFloat[0];
}

/** Where a missing value goes: as 0 does where LightGBM saw no missing ones in training. */
function missingLeft(split: z.infer<typeof splitSchema>): boolean {
  const zeroLeft = split.threshold >= 0;
  if (split.missing_type === 'None') return zeroLeft;
  if (split.missing_type === 'Zero' && split.default_left !== zeroLeft)
    throw unsupported('LightGBM', 'it sends zeros another way than their size says (zero_as_missing)');
  return split.default_left;
}

function readNode(value: unknown): Node {
  const leaf = leafSchema.safeParse(value);
  if (leaf.success) return { leaf: leaf.data.leaf_value, cover: leaf.data.leaf_count ?? 1 };
  const split = splitSchema.safeParse(value);
  if (!split.success) throw unsupported('LightGBM', z.prettifyError(split.error));
  return {
    feature: split.data.split_feature,
    threshold: floor32(split.data.threshold),
    missingLeft: missingLeft(split.data),
    cover: split.data.internal_count,
    left: readNode(split.data.left_child),
    right: readNode(split.data.right_child),
  };
}

/**
 * Reads `booster.dump_model()` of LightGBM: `x ≤ threshold` goes left, the leaves hold the initial score already.
 * Throws INVALID_FORMAT for what trees of ours cannot hold: categorical splits, several classes.
 */
export function readLightgbmDump(json: unknown): ForeignTrees {
  const parsed = dumpSchema.safeParse(json);
  if (!parsed.success) throw unsupported('LightGBM', z.prettifyError(parsed.error));
  const { num_class, objective = 'regression', feature_names, average_output, tree_info } = parsed.data;
  if (num_class > 1) throw unsupported('LightGBM', `it has ${num_class} classes`);
  if (tree_info.some((tree) => (tree.num_cat ?? 0) > 0))
    throw unsupported('LightGBM', 'it has categorical splits');
  const [name, ...parameters] = objective.split(' ');
  if (name !== 'binary' && !name.startsWith('regression'))
    throw unsupported('LightGBM', `its objective is ${objective}`);
  // The probability is 1 / (1 + exp(−sigmoid · raw)).
  const sigmoid = parameters.find((parameter) => parameter.startsWith('sigmoid:'))?.slice('sigmoid:'.length);
  return {
    features: feature_names,
    task: name === 'binary' ? 'binary' : 'regression',
    member: {
      kind: 'trees',
      name: 'lightgbm',
      trees: tree_info.map((tree) => treeOf(readNode(tree.tree_structure))),
      compare: 'le',
      base: 0,
      aggregate: average_output ? 'mean' : 'sum',
      slope: Number(sigmoid ?? 1),
      offset: 0,
    },
  };
}
