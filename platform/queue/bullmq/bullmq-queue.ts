import { randomUUID } from 'node:crypto';
import type { Queue as BullQueue } from 'bullmq';
import { type Clock, systemClock } from '../../clock.ts';
import { TouchlineError, toTouchlineError } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import { openJobQueue } from '../leases/job-queue.ts';
import type { Queue } from '../queue.ts';
import { openBullLine } from './bull-dispatcher.ts';
import { openRedisLine } from './redis-connection.ts';

/** A queue with BullMQ's own view of it, such as a dashboard wants. */
export interface BullmqQueue extends Queue {
  /** One a kind of job that was seen so far. */
  bullQueues(): Promise<BullQueue[]>;
}

export const isBullmq = (queue: Queue): queue is BullmqQueue => 'bullQueues' in queue;

/**
 * Jobs as records of the store that stand in line in BullMQ on Redis: priorities, delays, back-off and schedules are
 * BullMQ's, and what a Redis forgets is put in line again from the store. All processes share store and Redis.
 * @param options.url `redis[s]://[user:password@]host[:port][/database]`.
 * @param options.prefix of every key; default `touchline`.
 * @param options.jobsPerMinute of one kind that all workers together start at most; default 0, any number.
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
  const {
    url,
    store,
    prefix = 'touchline',
    jobsPerMinute = 0,
    clock = systemClock,
    onError = () => {},
  } = options;
  const redis = openRedisLine(url, clock);
  let bullQueues: BullmqQueue['bullQueues'] = async () => [];
  const queue = openJobQueue({
    ...options,
    line(jobs) {
      const line = openBullLine({
        redis,
        prefix,
        jobsPerMinute,
        jobs,
        clock,
        owner: () => ownerOf(store),
        // While the line is down BullMQ says so for every queue: whoever needs the line says it too.
        onError: (error) => redis.up() && onError(toTouchlineError(error)),
      });
      bullQueues = line.bullQueues;
      return line;
    },
  });
  return { ...queue, bullQueues: () => bullQueues() };
}

/** A name of the store, made once: the line in Redis belongs to it. */
async function ownerOf(store: Store): Promise<string> {
  const names = store.collection<{ id: string; name: string }>('queue_owner');
  const made = await names.compareAndSwap({ id: 'owner', name: randomUUID() }, 0);
  const kept = made ?? (await names.get('owner'));
  if (!kept) throw new TouchlineError('INTERNAL', 'The name of the store was taken away.');
  return kept.name;
}
