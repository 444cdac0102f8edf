import { type Matrix, takeRows } from '../../../datasets/matrix.ts';
import { mapLimit } from '../../../platform/concurrency.ts';
import { TouchlineError } from '../../../platform/errors.ts';
import type { Param } from '../../../platform/tracking/tracking.ts';
import { type Estimator, type FitContext, noLog, type Params } from '../../estimator.ts';
import { fitOnce } from '../../fit-once.ts';
import { foldRows, groupFolds, outOfFold } from '../../out-of-fold.ts';
import { boosting } from '../boosting/boosting.ts';
import { forest } from '../forest/forest.ts';
import { linear } from '../linear/linear.ts';
import { neural } from '../neural/neural.ts';
import { blendLoss, fitWeights } from './weights.ts';

/** Above this many training rows, three folds are as good as five. */
const MANY_ROWS = 20_000;

type Folds = { fold: Int32Array; count: number };

/** The parameters of one member: those named `<member>.<name>`. */
function paramsOf(member: Estimator, params: Params): Params {
  const prefix = `${member.name}.`;
  return Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

/** Divides a member's time budget among its folds: the weights need only a rough idea of each member. */
function shareBudget(member: Estimator, params: Params, folds: number): Params {
  const seconds = params.seconds ?? member.defaults.seconds;
  return seconds === undefined ? params : { ...params, seconds: Number(seconds) / folds };
}

/** Those of the requested members that support the task and have enough rows in every fold. */
function usable(requested: readonly Estimator[], train: Matrix, folds: Folds, context: FitContext) {
  const parts = Array.from({ length: folds.count }, (_, which) =>
    takeRows(train, foldRows(folds.fold, which).outside),
  );
  return requested.filter(
    (member) =>
      member.tasks.includes(context.task) && parts.every((part) => member.cannotFit?.(part) === undefined),
  );
}

/** Members are listed from quick to slow: starting with the slowest lets all others run alongside it. */
async function slowestFirst<T>(tasks: (() => Promise<T>)[], most: number): Promise<T[]> {
  return (await mapLimit(tasks.reverse(), most)).reverse();
}

/**
 * A weighted sum of other estimators. The weights come from out-of-fold predictions over whole groups of the training
 * part; members that add nothing are left out. A member that was fitted on the same matrices before is not fitted again.
 * @param estimators the possible members, from quick to slow; the parameter `of` selects some.
 */
export function ensembleOf(estimators: readonly Estimator[]): Estimator {
  const defaults = { of: estimators.map((member) => member.name).join(','), folds: 0 };

  function membersNamed(names: Param): Estimator[] {
    return String(names)
      .split(',')
      .map((name) => {
        const found = estimators.find((member) => member.name === name.trim());
        if (found) return found;
        throw new TouchlineError(
          'INVALID_INPUT',
          `An ensemble has no member '${name.trim()}': use some of ${defaults.of}.`,
        );
      });
  }

  function checkNames(params: Params): void {
    for (const name of Object.keys(params)) {
      const [member, own] = name.split('.');
      if (own === undefined ? name in defaults : estimators.some((estimator) => estimator.name === member))
        continue;
      throw new TouchlineError(
        'INVALID_INPUT',
        `ensemble has no parameter "${name}"; it has ${Object.keys(defaults).join(', ')}, and those of its members, such as boosting.depth.`,
        { details: { parameter: name } },
      );
    }
  }

  return {
    name: 'ensemble',
    tasks: ['regression', 'binary'],
    defaults,
    members: estimators,

    cannotFit(train: Matrix) {
      const groups = new Set(train.rows.map((row) => row.group)).size;
      if (groups >= 2 && train.rows.length >= 20) return undefined;
      return `An ensemble needs at least 20 training rows of 2 groups, and there are ${train.rows.length} of ${groups}: add rows or leave 'ensemble' out.`;
    },

    async fit(train: Matrix, validation: Matrix, params: Params, context: FitContext) {
      context.signal?.throwIfAborted();
      checkNames(params);
      const requested = membersNamed(params.of ?? defaults.of);
      const count = Number(params.folds ?? 0) || (train.rows.length > MANY_ROWS ? 3 : 5);
      const folds = groupFolds(train.rows, count, context.seed);
      const members = usable(requested, train, folds, context);
      if (members.length === 0)
        throw new TouchlineError(
          'INSUFFICIENT_DATA',
          `None of ${requested.map((member) => member.name).join(', ')} can be fitted on ${folds.count} folds of ${train.rows.length} rows.`,
        );

      let done = 0;
      const quiet: FitContext = { ...context, log: noLog };
      const raw = await slowestFirst(
        members.map((member) => async () => {
          const own = shareBudget(member, paramsOf(member, params), folds.count);
          const predicted = await outOfFold(member, train, validation, own, quiet, folds);
          context.log.progress({
            stage: 'ensemble folds',
            done: ++done,
            total: members.length,
            note: member.name,
          });
          return predicted;
        }),
        context.threads + 1,
      );
      const blend = { task: context.task, raw, target: train.target, weight: train.weight };
      const shares = await fitWeights(blend, context.signal);

      const kept = members.flatMap((member, m) => (shares[m] > 0 ? [{ member, share: shares[m] }] : []));
      const fits = await slowestFirst(
        kept.map(({ member }) => () => {
          const log = {
            metric: (name: string, value: number, step: number) =>
              context.log.metric(`${member.name}/${name}`, value, step),
            progress: context.log.progress,
          };
          return fitOnce(member, train, validation, paramsOf(member, params), { ...context, log });
        }),
        context.threads + 1,
      );
      const notes: Record<string, Param> = {
        folds: folds.count,
        outOfFoldLoss: blendLoss(blend, shares).loss,
      };
      members.forEach((member, m) => {
        const alone = members.map((_, k) => Number(k === m));
        notes[`weight.${member.name}`] = shares[m];
        notes[`outOfFoldLoss.${member.name}`] = blendLoss(blend, alone).loss;
      });
      const left = requested.filter((member) => !members.includes(member)).map((member) => member.name);
      if (left.length > 0) notes.leftOut = left.join(',');
      return {
        members: fits.flatMap((fit) => fit.members),
        weights: fits.flatMap((fit, k) => fit.weights.map((weight) => weight * kept[k].share)),
        notes,
      };
    },
  };
}

/** A weighted sum of the estimators that need no engine. */
export const ensemble = ensembleOf([linear, forest, boosting, neural]);
