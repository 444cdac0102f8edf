import type { Tree } from '../../../models/definition.ts';
import type { Workspace } from '../../trees/memory.ts';
import { forestOperations, OP } from './operations.ts';
import { outOfBag, toLogOdds } from './out-of-bag.ts';
import { type ForestTask, openForest } from './tree-grower.ts';

export interface ForestResult {
  trees: Tree[];
  slope: number;
  offset: number;
  /** Root mean squared error on out-of-bag rows, of scores or of shares against outcomes; NaN without such rows. */
  outOfBagError: number;
}

/** Grows a forest in the calling thread; each step yields the number of trees grown so far. */
export function* growForest(task: ForestTask): Generator<number, ForestResult> {
  const workspace = openForest(task);
  const trees: Tree[] = [];
  const runTask = forestOperations(workspace, { task, thread: 0 }, ({ tree }) => trees.push(tree));
  for (let column = 0; column < task.train.width; column++) runTask(OP.bins, column);
  while (trees.length < task.settings.trees) {
    runTask(OP.tree, trees.length);
    yield trees.length;
  }
  return finishForest(workspace, task, trees);
}

/** Adds what is only known once all trees are grown: the out-of-bag error and the line to log-odds. */
export function finishForest(
  workspace: Workspace,
  { task, train, seed }: ForestTask,
  trees: Tree[],
): ForestResult {
  const means = outOfBag(workspace, trees, seed);
  let total = 0;
  let sum = 0;
  means.forEach((mean, row) => {
    if (Number.isNaN(mean)) return;
    total += train.weight[row];
    sum += train.weight[row] * (mean - train.target[row]) ** 2;
  });
  const line = task === 'binary' ? toLogOdds(means, train) : { slope: 1, offset: 0 };
  return { trees, ...line, outOfBagError: Math.sqrt(sum / total) };
}
