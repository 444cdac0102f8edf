import type { Params } from '../training/estimator.ts';

/**
 * Parameters of an estimator as an ensemble takes them for its member, so that a member with the parameters of a
 * candidate is not fitted twice.
 * @example
 * memberParams('boosting', { depth: 3 }); // => { 'boosting.depth': 3 }
 */
export function memberParams(name: string, params: Params): Params {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [`${name}.${key}`, value]));
}
