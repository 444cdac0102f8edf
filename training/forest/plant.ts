import type { Tree } from '../../models/definition.ts';
import type { Workspace } from '../trees/memory.ts';
import { type ForestTask, openForest } from './grow-forest.ts';
import { forestJobs, JOB } from './jobs.ts';
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
  const trees: Tree[] = [];
  const perform = forestJobs(workspace, { task, thread: 0 }, ({ tree }) => trees.push(tree));
  for (let column = 0; column < task.train.width; column++) perform(JOB.bins, column);
  while (trees.length < task.settings.trees) {
    perform(JOB.tree, trees.length);
    yield trees.length;
  }
  return finish(workspace, task, trees);
}

/** What is learnt once all trees stand. */
export function finish(workspace: Workspace, { task, train, seed }: ForestTask, trees: Tree[]): ForestResult {
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
