import { randomUUID } from 'node:crypto';
import { TouchlineError } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import type { RedisConnection } from './redis-connection.ts';

/**
 * Returns a function that claims the Redis of a connection for a store. BullMQ jobs of another store would have no
 * records in this one, and would be removed. It has to be called again after a flush, which deletes the claim.
 * @throws UNAVAILABLE if another store has claimed this Redis (the returned function)
 */
export function redisClaim(redis: RedisConnection, prefix: string, store: Store): () => Promise<void> {
  const ownerKey = `${prefix}:owner`;
  let name: Promise<string> | undefined;

  return async () => {
    name ??= storeName(store);
    name.catch(() => {
      name = undefined;
    });
    const own = await name;
    const client = redis.client();
    await client.set(ownerKey, own, 'NX');
    if ((await client.get(ownerKey)) === own) return;
    throw new TouchlineError(
      'UNAVAILABLE',
      'This Redis holds the jobs of another store. Give every process the same TOUCHLINE_STORE, or give this store its own database: TOUCHLINE_QUEUE=redis://host/1.',
      { details: { setting: 'TOUCHLINE_QUEUE' } },
    );
  };
}

/** A random name of the store, generated once and kept in it. */
async function storeName(store: Store): Promise<string> {
  const names = store.collection<{ id: string; name: string }>('queue_owner');
  const made = await names.compareAndSwap({ id: 'owner', name: randomUUID() }, 0);
  const kept = made ?? (await names.get('owner'));
  if (!kept) throw new TouchlineError('INTERNAL', 'The name of the store was deleted.');
  return kept.name;
}
