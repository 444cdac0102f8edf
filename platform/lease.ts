import type { Clock } from './clock.ts';
import { TouchlineError } from './errors.ts';
import type { Collection, Document, Stored } from './store/store.ts';

/** How long, and by which of its fields, a document of a collection is leased. */
export interface LeaseOptions<D extends Document> {
  collection: Collection<D>;
  clock: Clock;
  /** Milliseconds that a lease lasts unless it is renewed: how long a crashed process blocks the others. */
  leaseMs: number;
  /** Milliseconds since 1970 until which the document is leased; undefined if nobody ever leased it. */
  leasedUntil(document: D): number | undefined;
  /** The same document, leased until then. */
  withLease(document: D, until: number): D;
}

/** The exclusive hold of one process on one document. It is renewed until it is released or lost. */
export interface Lease<D extends Document> {
  /** The document as it was when the lease was taken. */
  readonly taken: Stored<D>;
  /** Aborts with CONFLICT as soon as another process may have taken the lease. */
  readonly signal: AbortSignal;
  /** Changes the document and keeps the lease. @returns undefined if the lease was lost */
  update(change: (document: D) => D): Promise<Stored<D> | undefined>;
  /**
   * Ends the lease with a last write, which is retried for as long as the lease lasts.
   * @returns undefined if the lease was lost
   */
  release(change: (document: D) => D): Promise<Stored<D> | undefined>;
  /** Stops renewing without a write: the lease expires by itself. */
  abandon(): void;
}

export interface Leases<D extends Document> {
  /**
   * Writes the document with a lease on it, in one compare-and-swap. The caller must first check that it may be taken.
   * @param version of the stored document; 0 if there is none yet
   * @returns undefined if another process changed the document in the meantime
   */
  take(document: D, version: number): Promise<Lease<D> | undefined>;
  /**
   * Waits until nobody has a lease on the document, then takes it.
   * @param make gives the document to lease if there is none yet
   * @param wait how long to wait, and the error to throw after that time
   */
  acquire(make: () => D, wait: { timeoutMs: number; timedOut: () => TouchlineError }): Promise<Lease<D>>;
}

const RETRY_MS = 100;
/** Milliseconds between two looks at a document that another process has leased; half of it is random. */
const POLL_MS = 50;

/**
 * Leases on the documents of a collection, over any store with compare-and-swap. A lease is recognised by its expiry
 * time: another process can only take it once it has expired, and then writes a later one. So others may change the
 * rest of a leased document, and the lease holds.
 */
export function createLeases<D extends Document>(options: LeaseOptions<D>): Leases<D> {
  const { collection, clock, leaseMs, leasedUntil, withLease } = options;
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  async function take(document: D, version: number): Promise<Lease<D> | undefined> {
    const taken = await collection.compareAndSwap(withLease(document, clock.now() + leaseMs), version);
    return taken && hold(taken);
  }

  function hold(taken: Stored<D>): Lease<D> {
    const lost = new AbortController();
    /** The document as last seen; undefined once the lease is released or lost. */
    let current: Stored<D> | undefined = taken;
    let until = leasedUntil(taken) ?? 0;
    let cancelRenewal = () => {};
    let writes: Promise<unknown> = Promise.resolve();
    const expired = () => clock.now() >= until;

    function stop() {
      current = undefined;
      cancelRenewal();
    }

    function lose() {
      if (!current) return;
      stop();
      lost.abort(new TouchlineError('CONFLICT', 'The lease expired.'));
    }

    /** Writes one after the other, so that each knows the version that the one before it wrote. */
    function write(change: (document: D) => D, last: boolean): Promise<Stored<D> | undefined> {
      const result = writes.then(async () => {
        while (current) {
          const written = await collection.compareAndSwap(change(current), current._version);
          if (written) {
            until = leasedUntil(written) ?? 0;
            if (last) stop();
            else if (current) current = written;
            return written;
          }
          const latest = await collection.get(taken.id);
          if (latest && current && leasedUntil(latest) === until) current = latest;
          else lose();
        }
        return undefined;
      });
      writes = result.catch(() => {});
      return result;
    }

    function renew() {
      cancelRenewal = clock.after(leaseMs / 3, () => {
        // Too late: another process may take it at any moment.
        if (expired()) return lose();
        write((document) => withLease(document, clock.now() + leaseMs), false)
          // The store may be unavailable for a moment: the lease lasts until it expires.
          .catch(() => expired() && lose())
          .finally(() => current && renew());
      });
    }
    renew();

    return {
      taken,
      signal: lost.signal,
      update: (change) => write(change, false),
      async release(change) {
        for (;;) {
          try {
            return await write(change, true);
          } catch (error) {
            if (!expired()) await sleep(RETRY_MS);
            if (expired()) {
              lose();
              throw error;
            }
          }
        }
      },
      abandon: stop,
    };
  }

  return {
    take,
    async acquire(make, { timeoutMs, timedOut }) {
      const deadline = clock.now() + timeoutMs;
      for (;;) {
        const fresh = make();
        const found = await collection.get(fresh.id);
        if (!found || (leasedUntil(found) ?? 0) <= clock.now()) {
          const lease = await take(fresh, found?._version ?? 0);
          if (lease) return lease;
        }
        if (clock.now() >= deadline) throw timedOut();
        await sleep(POLL_MS * (0.5 + Math.random() / 2));
      }
    },
  };
}
