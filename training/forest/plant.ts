import type { Tree } from '../../models/definition.ts';
import { fillBins } from '../trees/memory.ts';
import { type ForestTask, forester, openForest } from './grow-forest.ts';
import { outOfBag, toLogOdds } from './out-of-bag.ts';

export interface ForestResult {
  trees: Tree[];
  slope: number;
  offset: number;
  /** Root mean squared error of out-of-bag rows: of scores, or of shares against outcomes; NaN without such rows. */
  outOfBagError: number;
}

/** Grows a forest in the calling thread, one tree a step. */
export function* plant(task: ForestTask): Generator<number, ForestResult> {
  const workspace = openForest(task);
  for (let column = 0; column < task.train.width; column++)
    fillBins(workspace, column, task.settings.bins, task.train.values);
  const grow = forester(workspace, 0, task);
  const trees: Tree[] = [];
  while (trees.length < task.settings.trees) yield trees.push(grow(trees.length));
  return finish(task, trees);
}

/** What is learnt once all trees stand. */
export function finish({ task, train, seed }: ForestTask, trees: Tree[]): ForestResult {
  const shares = outOfBag(trees, train, seed);
  let total = 0;
  let sum = 0;
  shares.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    total += train.weight[row];
    sum += train.weight[row] * (value - train.target[row]) ** 2;
  });
  const line = task === 'binary' ? toLogOdds(shares, train) : { slope: 1, offset: 0 };
  return { trees, ...line, outOfBagError: Math.sqrt(sum / total) };
}
