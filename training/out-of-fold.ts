import { type Matrix, type RowInfo, takeRows } from '../datasets/matrix.ts';
import { memberRawAll } from '../models/predict.ts';
import { seeded } from '../platform/random.ts';
import type { Estimator, Fit, FitContext, Params } from './estimator.ts';

/**
 * Assigns each row a fold and keeps groups whole: groups in seeded order, each to the fold with the fewest rows so far.
 * If all rows are of one group, rows are assigned instead.
 * @returns the fold of each row, and the number of folds (never more than groups)
 */
export function groupFolds(
  rows: readonly RowInfo[],
  folds: number,
  seed: number,
): { fold: Int32Array; count: number } {
  const members = new Map<string, number[]>();
  const single = new Set(rows.map((row) => row.group)).size === 1;
  rows.forEach((row, i) => {
    const key = single ? String(i) : row.group;
    const list = members.get(key);
    if (list) list.push(i);
    else members.set(key, [i]);
  });
  const groups = seeded(seed, 'folds').shuffle([...members.keys()].sort());
  const count = Math.max(1, Math.min(folds, groups.length));
  const sizes = new Array<number>(count).fill(0);
  const fold = new Int32Array(rows.length);
  for (const group of groups) {
    const smallest = sizes.indexOf(Math.min(...sizes));
    const list = members.get(group) as number[];
    sizes[smallest] += list.length;
    for (const row of list) fold[row] = smallest;
  }
  return { fold, count };
}

/** The rows inside and outside of one fold. */
export function foldRows(fold: Int32Array, which: number): { inside: number[]; outside: number[] } {
  const inside: number[] = [];
  const outside: number[] = [];
  fold.forEach((f, row) => {
    (f === which ? inside : outside).push(row);
  });
  return { inside, outside };
}

/** Raw output (score or log-odds) of a fit for every row: the weighted sum of its members. */
export function fitRaw(fit: Fit, matrix: Matrix): Float64Array {
  const out = new Float64Array(matrix.rows.length);
  fit.members.forEach((member, m) => {
    memberRawAll(member, matrix.values, matrix.columns.length).forEach((raw, row) => {
      out[row] += fit.weights[m] * raw;
    });
  });
  return out;
}

/**
 * Raw predictions of every training row by a fit without its fold. Early stopping uses `validation`, so that the rows of
 * the fold stay unseen.
 */
export async function outOfFold(
  estimator: Estimator,
  train: Matrix,
  validation: Matrix,
  params: Params,
  context: FitContext,
  folds: { fold: Int32Array; count: number },
): Promise<Float64Array> {
  const raw = new Float64Array(train.rows.length);
  for (let which = 0; which < folds.count; which++) {
    context.signal?.throwIfAborted();
    const { inside, outside } = foldRows(folds.fold, which);
    const fit = await estimator.fit(takeRows(train, outside), validation, params, context);
    const predicted = fitRaw(fit, takeRows(train, inside));
    inside.forEach((row, i) => {
      raw[row] = predicted[i];
    });
  }
  return raw;
}
