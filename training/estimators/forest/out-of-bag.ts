import type { Tree } from '../../../models/definition.ts';
import { fitPlatt } from '../../../statistics/platt.ts';
import { instantiateKernel } from '../../trees/kernel.ts';
import type { Workspace } from '../../trees/memory.ts';
import type { Table } from '../../trees/table.ts';
import { descend, writeWalk } from '../../trees/walk.ts';
import { drawBootstrap } from './tree-grower.ts';

/** Mean leaf of each row over the trees that were grown without it (Breiman 1996); NaN for rows that are in every tree. */
export function outOfBag(workspace: Workspace, trees: readonly Tree[], seed: number): Float64Array {
  const { rows, sums, mask } = workspace.train;
  const kernel = instantiateKernel(workspace.memory);
  const seen = new Int32Array(rows);
  const counts = new Int32Array(rows);
  sums.fill(0);
  trees.forEach((tree, number) => {
    drawBootstrap(seed, number, counts);
    for (let row = 0; row < rows; row++) {
      mask[row] = counts[row] > 0 ? 1 : 0;
      seen[row] += 1 - mask[row];
    }
    writeWalk(workspace, tree);
    descend(workspace, kernel, workspace.train, 0, rows);
  });
  return Float64Array.from(sums, (sum, row) => (seen[row] > 0 ? sum / seen[row] : Number.NaN));
}

/**
 * The line from shares to log-odds that fits the out-of-bag rows best. It never falls: out-of-bag shares of pure noise
 * lean the wrong way, and then the line is flat at the log-odds of the base rate.
 */
export function toLogOdds(shares: Float64Array, table: Table): { slope: number; offset: number } {
  const known: number[] = [];
  shares.forEach((share, row) => {
    if (!Number.isNaN(share)) known.push(row);
  });
  // With one or two rows, all may be in every tree: then they only tell the base rate.
  const rows = known.length > 0 ? known : Array.from(shares.keys());
  const x = rows.map((row) => (known.length > 0 ? shares[row] : 0));
  const outcomes = rows.map((row) => table.target[row]);
  const weights = rows.map((row) => table.weight[row]);
  let { slope, intercept } = fitPlatt(x, outcomes, weights);
  if (slope <= 0)
    ({ slope, intercept } = {
      slope: 0,
      intercept: fitPlatt(
        x.map(() => 0),
        outcomes,
        weights,
      ).intercept,
    });
  return { slope: Math.fround(slope), offset: Math.fround(intercept) };
}
