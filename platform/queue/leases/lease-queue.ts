import { type Clock, systemClock } from '../../clock.ts';
import type { TouchlineError } from '../../errors.ts';
import type { Collection, Store } from '../../store/store.ts';
import type { Queue } from '../queue.ts';
import type { Line } from './dispatcher.ts';
import { openJobQueue } from './job-queue.ts';
import type { JobRecord } from './job-record.ts';

/**
 * Jobs as documents of any store with compare-and-swap: a worker takes a job by writing a lease into it, and renews
 * the lease while the job runs. Any number of processes may share the store.
 * @param options.retentionMs how long done jobs, and with them their keys, are kept; default 30 days.
 * @param options.onError hears of what goes wrong between jobs, such as a store that is away.
 */
export function openLeaseQueue(options: {
  store: Store;
  clock?: Clock;
  retentionMs?: number;
  onError?: (error: TouchlineError) => void;
}): Queue {
  const { store, clock = systemClock } = options;
  return openJobQueue({ ...options, line: (jobs) => lineInStore(store, jobs, clock) });
}

/** The records themselves are the line: `turn` is a job's place in it. */
function lineInStore(store: Store, jobs: Collection<JobRecord>, clock: Clock): Line {
  const nothing = async () => {};
  return {
    name: 'leases',
    put: nothing,
    restore: nothing,
    async next(kinds, count) {
      const candidates = await jobs.find(
        { turn: { gt: '' }, kind: { in: kinds }, runAt: { lte: clock.now() } },
        { sort: 'turn', limit: count },
      );
      // A server may find a document by what it was a moment ago and hand out what it is now.
      const inLine = candidates.items.filter(({ turn }) => turn !== undefined);
      return inLine.map((record) => ({ record, end: nothing }));
    },
    setAlarm: nothing,
    clearAlarm: nothing,
    alarmed: async () => true,
    mend: nothing,
    ping: () => store.ping(),
    close: nothing,
  };
}
