import type { Tree } from '../definition.ts';
import type { NodeProto } from './generated/onnx_pb.ts';
import { Attributes, Unreadable } from './tensors.ts';

/** Reads the trees of a TreeEnsembleRegressor written by `writeTrees`. */
export function readTrees(node: NodeProto): Tree[] {
  const attributes = new Attributes(node.attribute);
  const modes = attributes.texts('nodes_modes');
  const whole = (name: string) => sized(attributes.ints(name), modes.length, name);
  const treeIds = whole('nodes_treeids');
  const feature = whole('nodes_featureids');
  const left = whole('nodes_truenodeids');
  const right = whole('nodes_falsenodeids');
  const missing = whole('nodes_missing_value_tracks_true');
  const threshold = sized(attributes.doubles('nodes_values_as_tensor'), modes.length, 'nodes_values');
  const cover = sized(attributes.doubles('nodes_hitrates_as_tensor'), modes.length, 'nodes_hitrates');
  const leaves = attributes.doubles('target_weights_as_tensor');

  const trees: Tree[] = [];
  let leaf = 0;
  for (let start = 0; start < modes.length; ) {
    let end = start;
    while (end < modes.length && treeIds[end] === treeIds[start]) end++;
    const part = <A extends Int32Array | Float64Array>(values: A) => values.subarray(start, end) as A;
    const isLeaf = modes.slice(start, end).map((mode) => mode === 'LEAF');
    trees.push({
      feature: part(feature).map((f, i) => (isLeaf[i] ? -1 : f)),
      threshold: Float32Array.from(part(threshold)),
      left: part(left).slice(),
      right: part(right).slice(),
      missingLeft: Uint8Array.from(part(missing)),
      value: Float32Array.from(isLeaf, (is) => (is ? (leaves[leaf++] ?? Number.NaN) : 0)),
      cover: part(cover).slice(),
    });
    start = end;
  }
  return trees;
}

function sized<A extends Int32Array | Float64Array>(values: A, length: number, name: string): A {
  if (values.length !== length)
    throw new Unreadable(`${name} has ${values.length} entries, but the trees have ${length} nodes`);
  return values;
}
