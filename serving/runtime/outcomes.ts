import type { Collection, Store } from '../../platform/store/store.ts';

/** What turned out to be true of one prediction. The last word on a prediction counts. */
export interface Outcome {
  /** Id of the prediction. */
  id: string;
  product: string;
  /** A score on the product's scale, or 0 or 1. */
  value: number;
  at: string;
  by: string;
}

/** All outcomes that were told, by prediction. */
export function outcomes(store: Store): Collection<Outcome> {
  return store.collection<Outcome>('outcomes', { indexes: [['product', 'at']] });
}
