import type { Matrix } from '../../../datasets/matrix.ts';
import type { Param } from '../../../platform/tracking/tracking.ts';
import { defineWorker } from '../../../platform/workers/define-worker.ts';
import type { Estimator, FitContext, Params } from '../../estimator.ts';
import { reportRounds } from '../../trees/report.ts';
import { runInSlices, SMALL_FIT } from '../../trees/run-in-slices.ts';
import { BOOSTING, readSettings } from '../../trees/settings.ts';
import { requireRows, toTable } from '../../trees/table.ts';
import { forwardTo } from '../../worker-log.ts';
import { boost, toMember } from './boost.ts';
import type { BoostTask } from './task.ts';
import type { methods } from './worker.ts';

const worker = defineWorker<typeof methods>(import.meta.url, './worker');

/**
 * Gradient-boosted histogram trees (Chen & Guestrin 2016): squared error or logistic loss, second order, grown by
 * level. It stops after `earlyStopping` rounds without a better validation loss (0: never) and keeps the best round.
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
    const { log, signal } = context;
    signal?.throwIfAborted();
    const small = task.train.rows * task.train.width * settings.trees < SMALL_FIT;
    const about = { stage: 'boosting', task: context.task, rounds: settings.trees };
    const result = small
      ? await runInSlices(boost({ ...task, threads: 1 }), reportRounds(log, about), signal)
      : await worker.call('fit', task, { signal, terminateOnAbort: true, onEvent: forwardTo(log) });
    const notes: Record<string, Param> = {
      trees: result.trees.length,
      rounds: result.rounds,
      trainLoss: result.trainLoss,
    };
    if (result.validationLoss !== undefined) notes.validationLoss = result.validationLoss;
    return { members: [toMember(result)], weights: [1], notes };
  },
};
