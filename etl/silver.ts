import type { Collection, Document, Store } from '../platform/store/store.ts';

/** A cleaned record and where it came from. */
export interface SilverDocument<R> extends Document {
  /** Id of the bronze unit. */
  unit: string;
  line: number;
  /** SHA-256 of the record: records with one id are duplicates if their hashes are equal, else a conflict. */
  hash: string;
  /** The row it is part of, if several records make one row. */
  row?: string;
  record: R;
}

/** The cleaned records of a product. */
export function silverOf<R>(store: Store, product: string): Collection<SilverDocument<R>> {
  return store.collection<SilverDocument<R>>(`silver_${product}`, { indexes: [['row'], ['unit']] });
}
