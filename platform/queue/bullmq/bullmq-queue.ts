import type { Queue as BullQueue } from 'bullmq';
import { type Clock, systemClock } from '../../clock.ts';
import { type TouchlineError, toTouchlineError } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import { openJobQueue } from '../core/job-queue.ts';
import type { Queue } from '../queue.ts';
import { redisClaim } from './claim-redis.ts';
import { openBullDispatcher } from './dispatcher.ts';
import { openRedisConnection } from './redis-connection.ts';

/** A queue that also gives access to BullMQ's own queues, as a dashboard needs them. */
export interface BullmqQueue extends Queue {
  /** One for each kind of job that was added so far. */
  bullQueues(): Promise<BullQueue[]>;
}

export const isBullmq = (queue: Queue): queue is BullmqQueue => 'bullQueues' in queue;

/**
 * A queue whose records live in the store and are dispatched by BullMQ on Redis: priorities, delays, back-off and
 * schedules are BullMQ's, and jobs that Redis loses are enqueued again from the store (`recover-from-flush.ts`). All
 * processes must share both.
 * @param options.url `redis[s]://[user:password@]host[:port][/database]`.
 * @param options.prefix of every key; default `touchline`.
 * @param options.jobsPerMinute how many jobs of one kind all workers together may start; default 0, no limit.
 */
export function openBullmqQueue(options: {
  url: string;
  store: Store;
  prefix?: string;
  jobsPerMinute?: number;
  clock?: Clock;
  retentionMs?: number;
  onError?: (error: TouchlineError) => void;
}): BullmqQueue {
  const { store, clock = systemClock, prefix = 'touchline', jobsPerMinute = 0, onError = () => {} } = options;
  const redis = openRedisConnection(options.url, clock);
  let bullQueues: BullmqQueue['bullQueues'] = async () => [];
  const queue = openJobQueue({
    ...options,
    dispatcher(jobs) {
      const dispatcher = openBullDispatcher({
        ...{ redis, prefix, jobsPerMinute, jobs, clock },
        claim: redisClaim(redis, prefix, store),
        // While Redis is unreachable every BullMQ queue reports that; the code that calls Redis reports it once.
        onError: (error) => redis.connected() && onError(toTouchlineError(error)),
      });
      bullQueues = dispatcher.bullQueues;
      return dispatcher;
    },
  });
  return { ...queue, bullQueues: () => bullQueues() };
}
