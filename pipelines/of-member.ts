import type { Params } from '../training/estimator.ts';

/** Parameters of an estimator as an ensemble takes them: what is fitted as a candidate is then not fitted again. */
export function ofMember(name: string, params: Params): Params {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [`${name}.${key}`, value]));
}
