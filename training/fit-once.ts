import type { Matrix } from '../datasets/matrix.ts';
import { canonicalJson } from '../platform/hash.ts';
import type { Estimator, Fit, FitContext, Params } from './estimator.ts';

const fits = new WeakMap<Matrix, { validation: Matrix; byKey: Map<string, Promise<Fit>> }>();

/**
 * Fits an estimator, or returns the result of the same call earlier in this process: an ensemble need not fit a member
 * again that was a candidate itself. Results live as long as the training matrix; a failed fit is not kept.
 */
export function fitOnce(
  estimator: Estimator,
  train: Matrix,
  validation: Matrix,
  params: Params,
  context: FitContext,
): Promise<Fit> {
  let kept = fits.get(train);
  if (kept?.validation !== validation) {
    kept = { validation, byKey: new Map() };
    fits.set(train, kept);
  }
  const { byKey } = kept;
  const settings = { ...estimator.defaults, ...params };
  const key = canonicalJson([estimator.name, context.task, context.seed, settings]);
  let fit = byKey.get(key);
  if (!fit) {
    fit = estimator.fit(train, validation, params, context);
    byKey.set(key, fit);
    fit.catch(() => byKey.delete(key));
  }
  return fit;
}
