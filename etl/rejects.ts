import { hashJson } from '../platform/hash.ts';
import type { Document, Store } from '../platform/store/store.ts';

/** A record that was not accepted: its position, the reason, and its first characters. */
export interface Reject extends Document {
  /** Id of the bronze unit; absent if stored records made no row. */
  unit?: string;
  source: string;
  key: string;
  /** Counted from 1; 0 for the unit as a whole. */
  line: number;
  reason: string;
  detail?: string;
  raw: string;
}

/** Characters of the raw value that are kept. */
const EXCERPT = 500;

/** Stores rejects. Safe to rerun: the same reject overwrites itself. */
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
  await store
    .collection<Reject>(`rejects_${product}`, { indexes: [['reason'], ['unit']] })
    .putMany(documents);
}
