import { z } from 'zod';
import type { Task } from '../definition.ts';
import { type ForeignTrees, type Node, treeOf, unsupported } from './tree-nodes.ts';

const numbers = z.array(z.number());

const modelSchema = z.object({
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
    learner_model_param: z.object({ base_score: z.string(), num_class: z.string(), num_feature: z.string() }),
    objective: z.object({ name: z.string() }),
  }),
});

/** Objectives whose `base_score` is on the scale of the outcome; of the logistic ones it is a probability. */
const IDENTITY = ['reg:squarederror', 'reg:absoluteerror', 'reg:pseudohubererror'];
const LOGISTIC = ['binary:logistic', 'reg:logistic'];

/** `0.5`, or a list with one number (`"[2.5E1]"`) as XGBoost 3 writes it. */
function baseScore(text: string): number {
  const parsed = [JSON.parse(text.toLowerCase())].flat();
  if (parsed.length !== 1 || typeof parsed[0] !== 'number')
    throw unsupported('XGBoost', `base_score ${text} is not one number`);
  return parsed[0];
}

/**
 * Reads a model that XGBoost saved as JSON (`save_model('model.json')`). Thresholds are float32, `x < threshold` goes
 * left. Throws INVALID_FORMAT for what trees of ours cannot hold: categorical splits, several classes, other boosters.
 */
export function readXgboostModel(json: unknown): ForeignTrees {
  const parsed = modelSchema.safeParse(json);
  if (!parsed.success) throw unsupported('XGBoost', z.prettifyError(parsed.error));
  const { learner } = parsed.data;
  const { gradient_booster: booster, learner_model_param: param, objective } = learner;
  if (booster.name !== 'gbtree') throw unsupported('XGBoost', `its booster is ${booster.name}, not gbtree`);
  if (Number(param.num_class) > 1) throw unsupported('XGBoost', `it has ${param.num_class} classes`);
  const binary = LOGISTIC.includes(objective.name);
  if (!binary && !IDENTITY.includes(objective.name))
    throw unsupported('XGBoost', `its objective is ${objective.name}`);
  const score = baseScore(param.base_score);
  const trees = booster.model.trees.map((tree) => {
    if (tree.split_type.some((type) => type !== 0)) throw unsupported('XGBoost', 'it has categorical splits');
    const node = (id: number): Node => {
      const cover = tree.sum_hessian[id];
      if (tree.left_children[id] < 0) return { leaf: tree.split_conditions[id], cover };
      return {
        feature: tree.split_indices[id],
        threshold: tree.split_conditions[id],
        missingLeft: Boolean(tree.default_left[id]),
        cover,
        left: node(tree.left_children[id]),
        right: node(tree.right_children[id]),
      };
    };
    return treeOf(node(0));
  });
  const base = binary ? Math.log(score / (1 - score)) : score;
  return {
    features: learner.feature_names,
    task: binary ? 'binary' : 'regression',
    member: {
      kind: 'trees',
      name: 'xgboost',
      trees,
      compare: 'lt',
      base,
      aggregate: 'sum',
      slope: 1,
      offset: 0,
    },
  };
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
  const trees = json.map((tree) => treeOf(read(tree)));
  return {
    features,
    task,
    member: {
      kind: 'trees',
      name: 'xgboost',
      trees,
      compare: 'lt',
      base,
      aggregate: 'sum',
      slope: 1,
      offset: 0,
    },
  };
}
