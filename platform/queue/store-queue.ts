import { type Clock, systemClock } from '../clock.ts';
import type { TouchlineError } from '../errors.ts';
import type { Collection, Store } from '../store/store.ts';
import type { Dispatcher } from './core/dispatcher.ts';
import { openJobQueue } from './core/job-queue.ts';
import type { JobRecord } from './core/job-record.ts';
import type { Queue } from './queue.ts';

/**
 * A queue in any store with compare-and-swap: a worker claims a job by writing a lease into its record, and renews the
 * lease while the job runs. Any number of processes may share the store.
 * @param options.retentionMs how long done jobs, and with them their keys, are kept; default 30 days.
 * @param options.onError receives errors that happen between jobs, such as an unavailable store.
 */
export function openStoreQueue(options: {
  store: Store;
  clock?: Clock;
  retentionMs?: number;
  onError?: (error: TouchlineError) => void;
}): Queue {
  const { store, clock = systemClock } = options;
  return openJobQueue({ ...options, dispatcher: (jobs) => storeDispatcher(store, jobs, clock) });
}

/** Finds the next jobs by querying the records themselves, so there is nothing to enqueue or to reconcile. */
function storeDispatcher(store: Store, jobs: Collection<JobRecord>, clock: Clock): Dispatcher {
  const nothing = async () => {};
  return {
    name: 'leases',
    enqueue: nothing,
    ensureEnqueued: nothing,
    async take(kinds, count) {
      const candidates = await jobs.find(
        { turn: { gt: '' }, kind: { in: kinds }, runAt: { lte: clock.now() } },
        { sort: 'turn', limit: count },
      );
      // A server may match a document by its previous state and return the present one, which no longer waits.
      const waiting = candidates.items.filter(({ turn }) => turn !== undefined);
      return waiting.map((record) => ({ record, settle: nothing }));
    },
    setSchedule: nothing,
    clearSchedule: nothing,
    scheduleDue: async () => true,
    reconcile: nothing,
    ping: () => store.ping(),
    close: nothing,
  };
}
