import type { Collection, CollectionOptions, Document, Store } from '../../platform/store/store.ts';

/** The documents that the conformance suite of stores works with. */
export interface Shot extends Document {
  player: string;
  distance: number | null;
  made?: boolean;
  place?: { zone: string; depth: number };
}

export const shot = (id: string, more: Partial<Shot> = {}): Shot => ({
  id,
  player: 'ada',
  distance: 1,
  ...more,
});

export interface StoreUnderTest {
  store(): Store;
  /** A new, empty collection. */
  fresh(options?: CollectionOptions): Collection<Shot>;
}
