import type { Collection, Store } from '../../platform/store/store.ts';

/** The true outcome of one prediction. A later one replaces it. */
export interface Outcome {
  /** Id of the prediction. */
  id: string;
  product: string;
  /** A score on the product's scale, or 0 or 1. */
  value: number;
  at: string;
  by: string;
}

/** All recorded outcomes, by prediction. */
export function outcomes(store: Store): Collection<Outcome> {
  return store.collection<Outcome>('outcomes', { indexes: [['product', 'at']] });
}
