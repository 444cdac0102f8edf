import { hashJson } from '../platform/hash.ts';
import type { Collection, Document, Store } from '../platform/store/store.ts';

/** A record that was not accepted: where it stood, why, and its first characters. */
export interface Reject extends Document {
  /** Id of the bronze unit; absent where a stored record became no row. */
  unit?: string;
  source: string;
  key: string;
  /** Counts from 1; 0: the unit as a whole. */
  line: number;
  reason: string;
  detail?: string;
  raw: string;
}

const EXCERPT = 500;

export function rejectsOf(store: Store, product: string): Collection<Reject> {
  return store.collection<Reject>(`rejects_${product}`, { indexes: [['reason'], ['unit']] });
}

/** Keeps rejects; the same one again overwrites itself. */
export async function keepRejects(
  store: Store,
  product: string,
  rejects: readonly Omit<Reject, 'id'>[],
): Promise<void> {
  if (rejects.length === 0) return;
  const documents = rejects.map((reject) => ({
    ...reject,
    id: hashJson([reject.unit ?? reject.key, reject.line, reject.reason]).slice(0, 32),
    raw: reject.raw.slice(0, EXCERPT),
  }));
  await rejectsOf(store, product).putMany(documents);
}
