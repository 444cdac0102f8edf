import type { Tree } from '../../models/definition.ts';
import { MAX_BINS } from './bins.ts';
import type { Kernel } from './kernel.ts';
import type { BinnedRows, Workspace } from './memory.ts';

/** Writes a tree in the form that the kernel's `descend` reads: thresholds become bins again. */
export function writeWalk(workspace: Workspace, tree: Tree): void {
  const { walk, edges, edgeCounts } = workspace;
  const values = new Float32Array(walk.buffer, walk.byteOffset, walk.length);
  for (let node = 0; node < tree.feature.length; node++) {
    const column = tree.feature[node];
    walk[node * 4] = column;
    if (column < 0) {
      values[node * 4 + 1] = tree.value[node];
      continue;
    }
    const from = column * MAX_BINS;
    walk[node * 4 + 1] = edges.subarray(from, from + edgeCounts[column]).indexOf(tree.threshold[node]);
    walk[node * 4 + 2] = tree.missingLeft[node] === 1 ? edgeCounts[column] : -1;
    walk[node * 4 + 3] = tree.left[node];
  }
}

/** Adds the leaf of the written tree to the sum of every unmasked row in [from, to). */
export function descend(
  workspace: Workspace,
  kernel: Kernel,
  table: BinnedRows,
  from: number,
  to: number,
): void {
  kernel.descend(
    from,
    to,
    table.mask.byteOffset,
    table.bins.byteOffset,
    table.rows,
    workspace.walk.byteOffset,
    table.sums.byteOffset,
  );
}
