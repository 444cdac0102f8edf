import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Milliseconds between two checks whether Redis still holds everything. */
const CHECK_MS = 5_000;
/** Lifetime of the Redis key that says everything is enqueued. */
const ENQUEUED_MS = 40_000;

/**
 * Enqueues jobs again that Redis has lost: by a flush, a restart without persistence, or a command that failed.
 *
 * - While everything is enqueued, the key `PREFIX:mended` exists. A flush deletes it, and it expires after 40 seconds.
 * - Every worker tries to set the key every 5 seconds. The one that finds it missing claims Redis for its store again
 *   and calls `enqueueAll`, which adds a BullMQ job for every `waiting` or `failed` record in the store that has none,
 *   and sets every schedule again. If that worker crashes, the key expires and another worker does it.
 * - Jobs that were running are not affected. Their leases and their results are written to the store.
 *
 * Rerunning all of it is safe: a BullMQ job that exists already is left alone, and a superfluous one finds a record that
 * is not waiting and is dropped.
 */
export function flushRecovery(deps: {
  redis: RedisConnection;
  prefix: string;
  clock: Clock;
  /** Claims Redis for the store. @throws UNAVAILABLE if it belongs to another store */
  claim(): Promise<void>;
  /** Called when the key was missing, before anything is enqueued: Redis may be empty. */
  onLoss(): void;
}) {
  const { redis, prefix, clock } = deps;
  const enqueuedKey = `${prefix}:mended`;
  let claimed = false;
  /** Whether something may be missing in Redis although the key exists. */
  let incomplete = false;
  let lastCheck = Number.NEGATIVE_INFINITY;

  async function claim(): Promise<void> {
    await deps.claim();
    claimed = true;
  }

  return {
    /**
     * Enqueues something in Redis, within a second. What Redis does not accept is enqueued by a later `reconcile`.
     * @throws UNAVAILABLE
     */
    async change(work: () => Promise<void>): Promise<void> {
      try {
        await redis.request(async () => {
          if (!claimed) await claim();
          await work();
        });
      } catch (error) {
        incomplete = true;
        throw error;
      }
    },
    async reconcile(enqueueAll: () => Promise<void>): Promise<void> {
      if (clock.now() - lastCheck < CHECK_MS) return;
      await redis.checkClock();
      await redis.request(claim);
      const keyMissing = await redis.request((client) =>
        client.set(enqueuedKey, randomUUID(), 'PX', ENQUEUED_MS, 'NX'),
      );
      lastCheck = clock.now();
      if (keyMissing) deps.onLoss();
      if (!keyMissing && !incomplete) return;
      incomplete = true;
      await enqueueAll();
      incomplete = false;
    },
  };
}
