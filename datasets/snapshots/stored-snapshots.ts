import { TouchlineError } from '../../platform/errors.ts';
import type { Collection, Store } from '../../platform/store/store.ts';
import type { Snapshot } from './snapshot.ts';

/** The collection of all snapshots. */
export function snapshots(store: Store): Collection<Snapshot> {
  return store.collection<Snapshot>('snapshots', { indexes: [['product', 'createdAt']] });
}

/** @throws NOT_FOUND if there is no snapshot with this id */
export async function getSnapshot(id: string, { store }: { store: Store }): Promise<Snapshot> {
  const found = await snapshots(store).get(id);
  if (!found) throw new TouchlineError('NOT_FOUND', `There is no snapshot ${id}.`, { details: { id } });
  return found;
}

/** The newest snapshot of a product; undefined if it has none. */
export async function latestSnapshot(
  product: string,
  { store }: { store: Store },
): Promise<Snapshot | undefined> {
  const newest = await snapshots(store).find({ product }, { sort: 'createdAt', descending: true, limit: 1 });
  return newest.items[0];
}
