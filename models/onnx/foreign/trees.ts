import type { Tree } from '../../definition.ts';
import { flattenTree, floor32, type NestedNode, unsupported } from '../../trees/nested-tree.ts';
import type { NodeAttributes } from './tensors.ts';

export interface ForeignEnsemble {
  trees: Tree[];
  compare: 'lt' | 'le';
}

type Branch = 'BRANCH_LEQ' | 'BRANCH_LT' | 'BRANCH_GTE' | 'BRANCH_GT';
/** `x > t` is `x ≤ t` with its branches swapped, `x ≥ t` is `x < t`. */
const COMPARES: Readonly<Record<Branch, 'lt' | 'le'>> = {
  BRANCH_LEQ: 'le',
  BRANCH_LT: 'lt',
  BRANCH_GTE: 'lt',
  BRANCH_GT: 'le',
};

/**
 * Reads the trees of a TreeEnsembleRegressor or TreeEnsembleClassifier of ai.onnx.ml.
 * @param leaves value of each leaf, by `treeid/nodeid`
 * @param impute imputed value by column, where an imputer precedes the trees
 */
export function readEnsemble(
  attributes: NodeAttributes,
  leaves: ReadonlyMap<string, number>,
  impute: readonly number[] | undefined,
): ForeignEnsemble {
  const [treeIds, nodeIds] = [attributes.integers('nodes_treeids'), attributes.integers('nodes_nodeids')];
  const features = attributes.integers('nodes_featureids');
  const thresholds = attributes.floats('nodes_values');
  const modes = attributes.texts('nodes_modes');
  const [yes, no] = [attributes.integers('nodes_truenodeids'), attributes.integers('nodes_falsenodeids')];
  const tracked = attributes.integers('nodes_missing_value_tracks_true');
  const lengths = [nodeIds, features, thresholds, modes, yes, no].map((part) => part.length);
  if (treeIds.length === 0 || lengths.some((length) => length !== treeIds.length))
    throw unsupported('ONNX', 'the arrays of its trees differ in length');

  const places = new Map(treeIds.map((tree, i) => [`${tree}/${nodeIds[i]}`, i]));
  const compares = new Set<'lt' | 'le'>();
  const read = (tree: number, id: number, above: ReadonlySet<number>): NestedNode => {
    const i = places.get(`${tree}/${id}`);
    if (i === undefined || above.has(id))
      throw unsupported('ONNX', `tree ${tree} is malformed at node ${id}`);
    const mode = modes[i];
    if (mode === 'LEAF') return { leaf: leaves.get(`${tree}/${id}`) ?? 0, cover: 1 };
    if (!Object.hasOwn(COMPARES, mode)) throw unsupported('ONNX', `a tree has branches of mode ${mode}`);
    const swapped = mode === 'BRANCH_GTE' || mode === 'BRANCH_GT';
    const compare = COMPARES[mode as Branch];
    compares.add(compare);
    const threshold = compare === 'le' ? floor32(thresholds[i]) : Math.fround(thresholds[i]);
    const path = new Set(above).add(id);
    const [left, right] = (swapped ? [no[i], yes[i]] : [yes[i], no[i]]).map((at) => read(tree, at, path));
    const value = impute?.[features[i]];
    const imputedLeft = value !== undefined && (compare === 'le' ? value <= threshold : value < threshold);
    const missingLeft = impute ? imputedLeft : (tracked[i] === 1) !== swapped;
    return { feature: features[i], threshold, missingLeft, cover: left.cover + right.cover, left, right };
  };
  const roots = new Map<number, number>();
  treeIds.forEach((tree, i) => {
    if (!roots.has(tree)) roots.set(tree, nodeIds[i]);
  });
  const trees = [...roots].map(([tree, root]) => flattenTree(read(tree, root, new Set())));
  if (compares.size > 1) throw unsupported('ONNX', 'its trees mix two kinds of comparison');
  return { trees, compare: [...compares][0] ?? 'le' };
}
