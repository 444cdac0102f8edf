import type { Tree, TreesMember } from '../definition.ts';
import { attribute, type Graph, ML } from './graph.ts';

function flatten<A extends Int32Array | Float64Array>(
  trees: readonly Tree[],
  out: A,
  value: (tree: Tree, node: number) => number,
): A {
  let at = 0;
  for (const tree of trees)
    for (let node = 0; node < tree.feature.length; node++) out[at++] = value(tree, node);
  return out;
}

const isLeaf = (tree: Tree, node: number): boolean => tree.feature[node] < 0;

/**
 * TreeEnsembleRegressor in float64: the runtime then sums leaves in float64 and rounds the sum to float32 once, whereas
 * float32 sums over hundreds of trees deviate by 1e-5. Covers are stored as hit rates, for SHAP.
 */
export function writeTrees(graph: Graph, prefix: string, member: TreesMember): string {
  const { trees } = member;
  const nodes = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const ints = (value: (tree: Tree, node: number) => number) => flatten(trees, new Int32Array(nodes), value);
  const doubles = (value: (tree: Tree, node: number) => number) =>
    flatten(trees, new Float64Array(nodes), value);
  const inner =
    (part: 'feature' | 'threshold' | 'left' | 'right' | 'missingLeft') => (tree: Tree, node: number) =>
      isLeaf(tree, node) ? 0 : tree[part][node];

  const leaves: { tree: number; node: number; value: number }[] = [];
  trees.forEach((tree, t) => {
    for (let node = 0; node < tree.feature.length; node++)
      if (isLeaf(tree, node)) leaves.push({ tree: t, node, value: tree.value[node] });
  });
  const treeIds = new Int32Array(nodes);
  let at = 0;
  trees.forEach((tree, t) => {
    treeIds.fill(t, at, at + tree.feature.length);
    at += tree.feature.length;
  });
  const branch = member.compare === 'lt' ? 'BRANCH_LT' : 'BRANCH_LEQ';
  const modes = trees.flatMap((tree) => Array.from(tree.feature, (f) => (f < 0 ? 'LEAF' : branch)));

  const sum = graph.node(
    'TreeEnsembleRegressor',
    `${prefix}/trees`,
    ['features/double'],
    [
      attribute.text('aggregate_function', member.aggregate === 'sum' ? 'SUM' : 'AVERAGE'),
      attribute.int('n_targets', 1),
      attribute.ints('nodes_treeids', treeIds),
      attribute.ints(
        'nodes_nodeids',
        ints((_, node) => node),
      ),
      attribute.ints('nodes_featureids', ints(inner('feature'))),
      attribute.texts('nodes_modes', modes),
      attribute.doubles('nodes_values_as_tensor', doubles(inner('threshold'))),
      attribute.ints('nodes_truenodeids', ints(inner('left'))),
      attribute.ints('nodes_falsenodeids', ints(inner('right'))),
      attribute.ints('nodes_missing_value_tracks_true', ints(inner('missingLeft'))),
      attribute.doubles(
        'nodes_hitrates_as_tensor',
        doubles((tree, node) => tree.cover[node]),
      ),
      attribute.text('post_transform', 'NONE'),
      attribute.ints(
        'target_treeids',
        leaves.map((leaf) => leaf.tree),
      ),
      attribute.ints(
        'target_nodeids',
        leaves.map((leaf) => leaf.node),
      ),
      attribute.ints('target_ids', new Int32Array(leaves.length)),
      attribute.doubles(
        'target_weights_as_tensor',
        Float64Array.from(leaves, (leaf) => leaf.value),
      ),
    ],
    ML,
  );
  const wide = graph.double(`${prefix}/leaves`, sum);
  return graph.node('Add', `${prefix}/based`, [wide, graph.scalar(`${prefix}/base`, member.base)]);
}
