import { TouchlineError } from '../platform/errors.ts';
import { boosting } from './boosting/boosting.ts';
import type { Estimator } from './estimator.ts';
import { forest } from './forest/forest.ts';
import { linear } from './linear/linear.ts';

/** Every estimator by name. */
export const ESTIMATORS: Readonly<Record<string, Estimator>> = { linear, forest, boosting };

/** An estimator by name; INVALID_INPUT names the known ones. */
export function estimatorNamed(name: string): Estimator {
  if (Object.hasOwn(ESTIMATORS, name)) return ESTIMATORS[name];
  throw new TouchlineError(
    'INVALID_INPUT',
    `There is no estimator '${name}': use one of ${Object.keys(ESTIMATORS).join(', ')}.`,
  );
}
