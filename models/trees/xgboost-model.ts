import { flattenTree, type ImportedTrees, type NestedNode, unsupported } from './nested-tree.ts';

/** The part of a model saved by XGBoost as JSON (`save_model('model.json')`) that is used. */
export interface XgboostModel {
  learner: {
    feature_names: string[];
    gradient_booster: {
      name: string;
      model: {
        trees: {
          left_children: number[];
          right_children: number[];
          split_indices: number[];
          split_conditions: number[];
          split_type: number[];
          default_left: (number | boolean)[];
          sum_hessian: number[];
        }[];
      };
    };
    learner_model_param: { base_score: string; num_class: string };
    objective: { name: string };
  };
}

/** Objectives whose `base_score` is on the scale of the outcome; with the logistic ones it is a probability. */
const IDENTITY = ['reg:squarederror', 'reg:absoluteerror', 'reg:pseudohubererror'];
const LOGISTIC = ['binary:logistic', 'reg:logistic'];

/** `0.5`, or a list of one number (`"[2.5E1]"`) as XGBoost 3 writes it. */
function baseScore(text: string): number {
  const parsed = [JSON.parse(text.toLowerCase())].flat();
  if (parsed.length !== 1 || typeof parsed[0] !== 'number')
    throw unsupported('XGBoost', `base_score ${text} is not one number`);
  return parsed[0];
}

/**
 * Converts an XGBoost model: `x < threshold` goes left, and thresholds are float32 already.
 * @throws INVALID_FORMAT for what our trees cannot represent: categorical splits, several classes, other boosters
 */
export function convertXgboostModel({ learner }: XgboostModel): ImportedTrees {
  const { gradient_booster: booster, learner_model_param: param, objective } = learner;
  if (booster.name !== 'gbtree') throw unsupported('XGBoost', `its booster is ${booster.name}, not gbtree`);
  if (Number(param.num_class) > 1) throw unsupported('XGBoost', `it has ${param.num_class} classes`);
  const binary = LOGISTIC.includes(objective.name);
  if (!binary && !IDENTITY.includes(objective.name))
    throw unsupported('XGBoost', `its objective is ${objective.name}`);
  const score = baseScore(param.base_score);
  const trees = booster.model.trees.map((tree) => {
    if (tree.split_type.some((type) => type !== 0)) throw unsupported('XGBoost', 'it has categorical splits');
    const node = (id: number): NestedNode => {
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
    return flattenTree(node(0));
  });
  const base = binary ? Math.log(score / (1 - score)) : score;
  return {
    features: learner.feature_names,
    task: binary ? 'binary' : 'regression',
    member: {
      ...{ kind: 'trees', name: 'xgboost', trees, compare: 'lt', base },
      ...{ aggregate: 'sum', slope: 1, offset: 0 },
    },
  };
}
