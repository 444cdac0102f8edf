import { type Matrix, takeRows } from '../../../datasets/matrix.ts';
import { mapLimit } from '../../../platform/concurrency.ts';
import { TouchlineError } from '../../../platform/errors.ts';
import type { Param } from '../../../platform/tracking/tracking.ts';
import type { Estimator, FitContext, Params } from '../../estimator.ts';
import { fitOnce } from '../../fit-once.ts';
import { foldRows, groupFolds, outOfFold } from '../../out-of-fold.ts';
import { boosting } from '../boosting/boosting.ts';
import { forest } from '../forest/forest.ts';
import { linear } from '../linear/linear.ts';
import { neural } from '../neural/neural.ts';
import { blendLoss, fitWeights } from './weights.ts';

/** Above this many training rows three folds say as much as five. */
const MANY_ROWS = 20_000;

type Folds = { fold: Int32Array; count: number };

/** Parameters `<member>.<name>` belong to that member. */
function paramsOf(member: Estimator, params: Params): Params {
  const prefix = `${member.name}.`;
  return Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

/** A member's time budget is shared by its folds: weights need no more than the order of the members. */
function withinBudget(member: Estimator, params: Params, folds: number): Params {
  const seconds = params.seconds ?? member.defaults.seconds;
  return seconds === undefined ? params : { ...params, seconds: Number(seconds) / folds };
}

/** Those of the asked members that do the task and have rows enough in every fold; the others by reason. */
function usable(asked: readonly Estimator[], train: Matrix, folds: Folds, context: FitContext) {
  const parts = Array.from({ length: folds.count }, (_, which) =>
    takeRows(train, foldRows(folds.fold, which).outside),
  );
  return asked.filter(
    (member) =>
      member.tasks.includes(context.task) && parts.every((part) => member.refuses?.(part) === undefined),
  );
}

/** In the reverse order, since estimators are listed from quick to slow: the slow one then runs beside all the others. */
async function slowestFirst<T>(tasks: (() => Promise<T>)[], lanes: number): Promise<T[]> {
  return (await mapLimit(tasks.reverse(), lanes)).reverse();
}

/**
 * A weighted sum of other estimators, weights from predictions that they made of rows they had not seen: folds of whole
 * groups of the training part. Members that add nothing are left out. What was fitted on the same matrices before is
 * not fitted again.
 * @param estimators what may be a member, from quick to slow; `of` names a choice.
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
          `An ensemble has no member '${name.trim()}': choose from ${defaults.of}.`,
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
        `ensemble has no parameter "${name}"; it has ${Object.keys(defaults).join(', ')}, and those of its members as boosting.depth.`,
        { details: { parameter: name } },
      );
    }
  }

  return {
    name: 'ensemble',
    tasks: ['regression', 'binary'],
    defaults,

    refuses(train: Matrix) {
      const groups = new Set(train.rows.map((row) => row.group)).size;
      if (groups >= 2 && train.rows.length >= 20) return undefined;
      return `An ensemble needs at least 20 training rows of 2 groups, and there are ${train.rows.length} of ${groups}: add some or leave 'ensemble' out.`;
    },

    async fit(train: Matrix, validation: Matrix, params: Params, context: FitContext) {
      context.signal?.throwIfAborted();
      checkNames(params);
      const asked = membersNamed(params.of ?? defaults.of);
      const wanted = Number(params.folds ?? 0) || (train.rows.length > MANY_ROWS ? 3 : 5);
      const folds = groupFolds(train.rows, wanted, context.seed);
      const members = usable(asked, train, folds, context);
      if (members.length === 0)
        throw new TouchlineError(
          'INSUFFICIENT_DATA',
          `None of ${asked.map((member) => member.name).join(', ')} can be fitted on ${folds.count} folds of ${train.rows.length} rows.`,
        );

      let done = 0;
      const quiet: FitContext = { ...context, log: { metric: () => {}, progress: () => {} } };
      const raw = await slowestFirst(
        members.map((member) => async () => {
          const own = withinBudget(member, paramsOf(member, params), folds.count);
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
      const left = asked.filter((member) => !members.includes(member)).map((member) => member.name);
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
