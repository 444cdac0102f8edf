import type { Matrix } from '../../datasets/matrix.ts';
import type { Param } from '../../platform/tracking/tracking.ts';
import type { Estimator, FitContext, Params } from '../estimator.ts';
import { inThread } from '../thread.ts';
import { inSlices, SMALL } from '../trees/in-slices.ts';
import { reportTo } from '../trees/report.ts';
import { BOOSTING, readSettings } from '../trees/settings.ts';
import { requireRows, toTable } from '../trees/table.ts';
import { type BoostResult, type BoostTask, boost, toMember } from './boost.ts';

/**
 * Gradient-boosted histogram trees (Chen & Guestrin 2016): squared error or logistic loss, second order, grown by
 * level. `earlyStopping` rounds without a better validation loss end it (0: never), and the best round is kept.
 */
export const boosting: Estimator = {
  name: 'boosting',
  tasks: ['regression', 'binary'],
  defaults: BOOSTING.defaults,

  async fit(train: Matrix, validation: Matrix, params: Params, context: FitContext) {
    const settings = readSettings('boosting', BOOSTING.defaults, BOOSTING.bounds, params);
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
    const about = { stage: 'boosting', task: context.task, rounds: settings.trees };
    const result = small
      ? await inSlices(boost({ ...task, threads: 1 }), reportTo(context.log, about), context.signal)
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
