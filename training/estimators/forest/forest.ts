import type { Matrix } from '../../../datasets/matrix.ts';
import type { Param } from '../../../platform/tracking/tracking.ts';
import { defineWorker } from '../../../platform/workers/define-worker.ts';
import type { Estimator, FitContext, Params } from '../../estimator.ts';
import { runInSlices, SMALL_FIT } from '../../trees/run-in-slices.ts';
import { type Bounds, readSettings, TREE_BOUNDS } from '../../trees/settings.ts';
import { requireRows, toTable } from '../../trees/table.ts';
import { forwardTo } from '../../worker-log.ts';
import { type ForestResult, growForest } from './grow-forest.ts';
import type { ForestSettings, ForestTask } from './tree-grower.ts';
import type { methods } from './worker.ts';

const worker = defineWorker<typeof methods>(import.meta.url, './worker');

const DEFAULTS: Record<keyof ForestSettings, number> = {
  trees: 200,
  depth: 10,
  columnSample: 0.33,
  minLeafWeight: 1,
  bins: 255,
};

const BOUNDS: Record<keyof ForestSettings, Bounds> = {
  trees: { low: 1, high: 10_000, whole: true },
  depth: { low: 1, high: 24, whole: true },
  minLeafWeight: { low: 0, high: 1e9 },
  ...TREE_BOUNDS,
};

/**
 * A random forest (Breiman 2001) of histogram trees: bootstrap rows, columns drawn for each split, means in the leaves.
 * Binary: the mean share of positives, turned into log-odds by a line fitted on out-of-bag rows.
 */
export const forest: Estimator = {
  name: 'forest',
  tasks: ['regression', 'binary'],
  defaults: DEFAULTS,

  async fit(train: Matrix, _validation: Matrix, params: Params, context: FitContext) {
    const settings = readSettings('forest', DEFAULTS, BOUNDS, params);
    const task: ForestTask = {
      task: context.task,
      train: toTable(train, context.task),
      settings,
      seed: context.seed,
      threads: Math.max(1, context.threads),
    };
    requireRows(task.train);
    context.signal?.throwIfAborted();
    const result = await fitForest(task, context);
    const notes: Record<string, Param> = { trees: result.trees.length };
    if (!Number.isNaN(result.outOfBagError)) notes.outOfBagError = result.outOfBagError;
    return {
      members: [
        {
          ...{ kind: 'trees', name: 'forest', trees: result.trees, compare: 'lt', base: 0 },
          ...{ aggregate: 'mean', slope: result.slope, offset: result.offset },
        },
      ],
      weights: [1],
      notes,
    };
  },
};

function fitForest(task: ForestTask, context: FitContext): Promise<ForestResult> {
  const { log, signal } = context;
  const total = task.settings.trees;
  if (task.train.rows * task.train.width * total >= SMALL_FIT)
    return worker.call('fit', task, { signal, terminateOnAbort: true, onEvent: forwardTo(log) });
  const onTree = (done: number) => log.progress({ stage: 'forest', done, total });
  return runInSlices(growForest({ ...task, threads: 1 }), onTree, signal);
}
