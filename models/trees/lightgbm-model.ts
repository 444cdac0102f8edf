import { flattenTree, floor32, type ImportedTrees, type NestedNode, unsupported } from './nested-tree.ts';

export interface LightgbmLeaf {
  leaf_value: number;
  leaf_count?: number;
}

export interface LightgbmSplit {
  split_feature: number;
  threshold: number;
  decision_type: '<=';
  default_left: boolean;
  missing_type: 'None' | 'NaN' | 'Zero';
  internal_count: number;
  left_child: LightgbmNode;
  right_child: LightgbmNode;
}

export type LightgbmNode = LightgbmLeaf | LightgbmSplit;

/** The part of LightGBM's `booster.dump_model()` that is used. */
export interface LightgbmModel {
  num_class: number;
  objective?: string;
  feature_names: string[];
  average_output?: boolean;
  tree_info: { num_cat?: number; tree_structure: LightgbmNode }[];
}

/** Where a missing value goes: where 0 goes, if LightGBM saw no missing values in training. */
function missingLeft(split: LightgbmSplit): boolean {
  const zeroLeft = split.threshold >= 0;
  if (split.missing_type === 'None') return zeroLeft;
  if (split.missing_type === 'Zero' && split.default_left !== zeroLeft)
    throw unsupported('LightGBM', 'it does not branch zeros by their value (zero_as_missing)');
  return split.default_left;
}

function readNode(node: LightgbmNode): NestedNode {
  if ('leaf_value' in node) return { leaf: node.leaf_value, cover: node.leaf_count ?? 1 };
  return {
    feature: node.split_feature,
    threshold: floor32(node.threshold),
    missingLeft: missingLeft(node),
    cover: node.internal_count,
    left: readNode(node.left_child),
    right: readNode(node.right_child),
  };
}

/**
 * Converts a LightGBM model: `x ≤ threshold` goes left, and the leaves already include the initial score.
 * @throws INVALID_FORMAT for what our trees cannot represent: categorical splits, several classes
 */
export function convertLightgbmModel(model: LightgbmModel): ImportedTrees {
  const { num_class, objective = 'regression', feature_names, average_output, tree_info } = model;
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
      trees: tree_info.map((tree) => flattenTree(readNode(tree.tree_structure))),
      compare: 'le',
      base: 0,
      aggregate: average_output ? 'mean' : 'sum',
      slope: Number(sigmoid ?? 1),
      offset: 0,
    },
  };
}
