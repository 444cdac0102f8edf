import type { Collection, Document, Store } from '../platform/store/store.ts';

/** A cleaned record and where it came from. */
export interface SilverDocument<R> extends Document {
  /** Id of the bronze unit. */
  unit: string;
  line: number;
  /** SHA-256 of the record: two that say the same are duplicates, two that do not are a conflict. */
  hash: string;
  /** Row that it is part of, where several records make one. */
  row?: string;
  record: R;
}

/** Cleaned records of a product. */
export function silverOf<R>(store: Store, product: string): Collection<SilverDocument<R>> {
  return store.collection<SilverDocument<R>>(`silver_${product}`, { indexes: [['row'], ['unit']] });
}
