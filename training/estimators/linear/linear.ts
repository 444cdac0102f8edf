import type { Matrix } from '../../../datasets/matrix.ts';
import { defineWorker } from '../../../platform/workers/define-worker.ts';
import type { Estimator, FitContext, Params } from '../../estimator.ts';
import { groupFolds } from '../../out-of-fold.ts';
import { type Bounds, readSettings } from '../../trees/settings.ts';
import { type Choice, chooseAndSolve, type LinearSolution, type LinearTask } from './choose.ts';
import type { Problem } from './solve.ts';
import { centerOf, designOf, planTerms, type Terms, toMember } from './terms.ts';
import type { methods } from './worker.ts';

const worker = defineWorker<typeof methods>(import.meta.url, './worker');

const DEFAULTS = { knots: 10, folds: 5 };

const BOUNDS: Record<keyof typeof DEFAULTS, Bounds> = {
  knots: { low: 0, high: 50, whole: true },
  folds: { low: 2, high: 100, whole: true },
};

/** λ from 10 down to 1e-5, two per decade; on many rows a coarse grid is enough. */
const FINE = Array.from({ length: 13 }, (_, k) => 10 ** (1 - k / 2));
const COARSE = [1e-2, 1e-4, 1e-6];

/** Above this many training rows, λ is chosen on the validation part: folds would only cost time. */
const MANY_ROWS = 5_000;

/** Training rows per term from which piecewise-linear curves are tried in addition to straight lines. */
const ROWS_PER_TERM = 30;

/** Multiplications below which the calling thread finishes before another thread would have started. */
const SMALL_SOLVE = 2e7;

function problemOf(task: FitContext['task'], matrix: Matrix, x: Float64Array, width: number): Problem {
  return { task, x, width, y: matrix.target, weight: matrix.weight };
}

function solveTask(task: LinearTask, signal?: AbortSignal): Promise<LinearSolution> {
  const folds = task.choice.by === 'folds' ? task.choice.count + 1 : 1;
  const { width, y } = task.problem;
  const cost = folds * (y.length * width * width + 10 * width ** 3);
  const iterations = task.problem.task === 'binary' ? 30 : 1;
  if (cost * iterations < SMALL_SOLVE) return Promise.resolve(chooseAndSolve(task));
  return worker.call('solve', task, { signal, terminateOnAbort: true });
}

/**
 * Ridge and L2 logistic regression on standardised columns, with medians for missing values and one-hot codes. With
 * enough rows, piecewise-linear terms (`knots` per column) are tried besides straight ones and kept if their held-out loss
 * is lower. λ is chosen by held-out loss too: over folds of whole groups of the training rows or, on many rows, on the
 * validation part.
 */
export const linear: Estimator = {
  name: 'linear',
  tasks: ['regression', 'binary'],
  defaults: DEFAULTS,

  async fit(train: Matrix, validation: Matrix, params: Params, context: FitContext) {
    const { knots, folds } = readSettings('linear', DEFAULTS, BOUNDS, params);
    const byValidation = train.rows.length > MANY_ROWS && validation.rows.length > 0;
    const assigned = byValidation ? undefined : groupFolds(train.rows, folds, context.seed);
    const plans: { knots: number; plan: Terms }[] = [{ knots: 0, plan: planTerms(train, 0) }];
    if (knots > 0) {
      const plan = planTerms(train, knots);
      const grew = plan.terms.length > plans[0].plan.terms.length;
      if (grew && train.rows.length >= ROWS_PER_TERM * plan.terms.length) plans.push({ knots, plan });
    }

    let best:
      | { knots: number; solved: LinearSolution; loss: number; plan: Terms; center: Float64Array }
      | undefined;
    for (const { knots, plan } of plans) {
      context.signal?.throwIfAborted();
      const width = plan.terms.length;
      const design = designOf(plan, train);
      const center = centerOf(design, width);
      const centred = (x: Float64Array) => x.map((value, at) => value - center[at % width]);
      const problem = problemOf(context.task, train, centred(design), width);
      const choice: Choice = assigned
        ? { by: 'folds', ...assigned }
        : {
            by: 'validation',
            problem: problemOf(context.task, validation, centred(designOf(plan, validation)), width),
          };
      const solved = await solveTask(
        { problem, choice, lambdas: byValidation ? COARSE : FINE },
        context.signal,
      );
      solved.losses.forEach((loss, k) => {
        context.log.metric(knots === 0 ? 'straight_loss' : 'bent_loss', loss, k);
      });
      const loss = Math.min(...solved.losses);
      if (!best || loss < best.loss) best = { knots, solved, loss, plan, center };
    }
    if (!best) throw new Error('unreachable: the plan without knots is always tried');

    const { solution, lambda } = best.solved;
    const member = toMember(best.plan, { ...solution, center: best.center });
    return {
      members: [{ ...member, slope: 1, offset: 0 }],
      weights: [1],
      notes: { lambda, knots: best.knots, terms: best.plan.terms.length },
    };
  },
};
