import type { Matrix } from '../../datasets/matrix.ts';
import type { Param } from '../../platform/tracking/tracking.ts';
import { defineWorker } from '../../platform/workers/define-worker.ts';
import type { Estimator, FitContext, Params } from '../estimator.ts';
import { type Bounds, readSettings } from '../trees/settings.ts';
import { requireRows, toTable } from '../trees/table.ts';
import { forwardTo } from '../worker-log.ts';
import type { Engine } from './engine.ts';
import { absence, locate } from './library.ts';
import type { EngineTask } from './rounds.ts';
import type { createMethods, EngineSetup } from './worker.ts';

/** Kept for a while, because loading a library takes longer than a fit on few rows. */
const worker = defineWorker<ReturnType<typeof createMethods>>(import.meta.url, './worker', { keepMs: 5_000 });

/** Values of the training part below which several threads are slower than one. */
const SINGLE_THREAD_VALUES = 10_000;

/** An official library as an estimator named after it: it fits in a thread, and its trees are converted into ours. */
export function engineEstimator(
  engine: Engine,
  defaults: Record<string, number>,
  bounds: Record<string, Bounds>,
): Estimator {
  const { name } = engine;
  return {
    name,
    tasks: ['regression', 'binary'],
    defaults,
    unavailable: (engines) => absence(engines, engine),

    async fit(train: Matrix, validation: Matrix, params: Params, context: FitContext) {
      const settings = readSettings(name, defaults, bounds, params);
      const library = locate(context.engines, engine);
      if (library === undefined) throw absence(context.engines, engine);
      const table = toTable(train, context.task);
      const task: EngineTask = {
        task: context.task,
        train: table,
        validation: toTable(validation, context.task),
        settings: settings as unknown as EngineTask['settings'],
        seed: context.seed,
        threads: table.values.length < SINGLE_THREAD_VALUES ? 1 : Math.max(1, context.threads),
      };
      requireRows(task.train);
      const setup: EngineSetup = { engine: name, library };
      const { signal, log } = context;
      const result = await worker.call('fit', task, { setup, signal, onEvent: forwardTo(log) });
      signal?.throwIfAborted();
      const notes: Record<string, Param> = {
        engine: `${engine.title} ${engine.version}`,
        trees: result.member.trees.length,
        rounds: result.rounds,
      };
      if (result.validationLoss !== undefined) notes.validationLoss = result.validationLoss;
      return { members: [result.member], weights: [1], notes };
    },
  };
}

/** Bounds of `bins` for both engines. */
export const ENGINE_BINS: Bounds = { low: 2, high: 65_535, whole: true };
