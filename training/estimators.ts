import { TouchlineError } from '../platform/errors.ts';
import { boosting } from './boosting/boosting.ts';
import { lightgbm, xgboost } from './engines/engine.ts';
import { ensembleOf } from './ensemble/ensemble.ts';
import type { Estimator } from './estimator.ts';
import { forest } from './forest/forest.ts';
import { linear } from './linear/linear.ts';
import { neural } from './neural/neural.ts';

/** A weighted sum of all the others. */
export const ensemble: Estimator = ensembleOf([linear, forest, boosting, neural]);

/** Every estimator by name. */
export const ESTIMATORS: Readonly<Record<string, Estimator>> = {
  linear,
  forest,
  boosting,
  neural,
  ensemble,
  xgboost,
  lightgbm,
};

/** An estimator by name; INVALID_INPUT names the known ones. */
export function estimatorNamed(name: string): Estimator {
  if (Object.hasOwn(ESTIMATORS, name)) return ESTIMATORS[name];
  throw new TouchlineError(
    'INVALID_INPUT',
    `There is no estimator '${name}': use one of ${Object.keys(ESTIMATORS).join(', ')}.`,
  );
}
