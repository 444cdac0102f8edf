import { TouchlineError } from '../../platform/errors.ts';
import type { Collection, Store } from '../../platform/store/store.ts';
import type { Snapshot } from './snapshot.ts';

/** The collection of all snapshots. */
export function snapshots(store: Store): Collection<Snapshot> {
  return store.collection<Snapshot>('snapshots', { indexes: [['product', 'createdAt']] });
}

/** @throws NOT_FOUND where there is no snapshot of this id. */
export async function getSnapshot(id: string, { store }: { store: Store }): Promise<Snapshot> {
  const found = await snapshots(store).get(id);
  if (!found) throw new TouchlineError('NOT_FOUND', `There is no snapshot ${id}.`, { details: { id } });
  return found;
}

/** Newest first, at most `limit` (default 100). */
export async function listSnapshots(
  product: string,
  { store, limit = 100 }: { store: Store; limit?: number },
): Promise<Snapshot[]> {
  const page = await snapshots(store).find({ product }, { sort: 'createdAt', descending: true, limit });
  return page.items;
}

/** The newest of a product, or undefined where it has none. */
export async function latestSnapshot(
  product: string,
  { store }: { store: Store },
): Promise<Snapshot | undefined> {
  return (await listSnapshots(product, { store, limit: 1 }))[0];
}
