import type { Matrix } from '../../datasets/matrix.ts';
import type { Param } from '../../platform/tracking/tracking.ts';
import type { Estimator, FitContext, Params } from '../estimator.ts';
import { inThread } from '../thread.ts';
import { inSlices, SMALL } from '../trees/in-slices.ts';
import { type Bounds, readSettings } from '../trees/settings.ts';
import { requireRows, toTable } from '../trees/table.ts';
import { type BoostResult, type BoostSettings, type BoostTask, boost, toMember } from './boost.ts';
import { reportTo } from './report.ts';

const DEFAULTS: Record<keyof BoostSettings, number> = {
  trees: 500,
  depth: 6,
  rate: 0.1,
  rowSample: 0.8,
  columnSample: 0.8,
  earlyStopping: 50,
  lambda: 1,
  gamma: 0,
  minChildWeight: 1,
  bins: 255,
};

const BOUNDS: Record<keyof BoostSettings, Bounds> = {
  trees: { low: 1, high: 100_000, whole: true },
  depth: { low: 1, high: 16, whole: true },
  rate: { low: 1e-6, high: 1 },
  rowSample: { low: 0.01, high: 1 },
  columnSample: { low: 0.01, high: 1 },
  earlyStopping: { low: 0, high: 100_000, whole: true },
  lambda: { low: 0, high: 1e9 },
  gamma: { low: 0, high: 1e9 },
  minChildWeight: { low: 0, high: 1e9 },
  bins: { low: 2, high: 255, whole: true },
};

/**
 * Gradient-boosted histogram trees (Chen & Guestrin 2016): squared error or logistic loss, second order, grown by
 * level. `earlyStopping` rounds without a better validation loss end it (0: never), and the best round is kept.
 */
export const boosting: Estimator = {
  name: 'boosting',
  tasks: ['regression', 'binary'],
  defaults: DEFAULTS,

  async fit(train: Matrix, validation: Matrix, params: Params, context: FitContext) {
    const settings = readSettings('boosting', DEFAULTS, BOUNDS, params);
    const task: BoostTask = {
      task: context.task,
      train: toTable(train, context.task),
      validation: toTable(validation, context.task),
      settings,
      seed: context.seed,
      threads: Math.max(1, context.threads),
    };
    requireRows(task.train);
    context.signal?.throwIfAborted();
    const small = task.train.rows * task.train.width * settings.trees < SMALL;
    const result = small
      ? await inSlices(boost({ ...task, threads: 1 }), reportTo(context.log, task), context.signal)
      : await inThread<BoostResult>(import.meta.url, './worker', task, context);
    const notes: Record<string, Param> = {
      trees: result.trees.length,
      rounds: result.rounds,
      trainLoss: result.trainLoss,
    };
    if (result.validationLoss !== undefined) notes.validationLoss = result.validationLoss;
    return { members: [toMember(result)], weights: [1], notes };
  },
};
