import { randomUUID } from 'node:crypto';
import { type Job as BullJob, Queue as BullQueue } from 'bullmq';
import type { Clock } from '../../clock.ts';
import { TouchlineError } from '../../errors.ts';
import type { Collection } from '../../store/store.ts';
import type { Line, Turn } from '../leases/dispatcher.ts';
import { MAX_PRIORITY } from '../leases/job-queue.ts';
import type { JobRecord } from '../leases/job-record.ts';
import { openAlarms } from './bull-schedules.ts';
import { openTickets } from './kind-workers.ts';
import type { RedisLine } from './redis-connection.ts';

/** How often it is asked whether Redis still knows what it was told. */
const MEND_MS = 5_000;
/** How long everything is taken to be in line, if Redis has not forgotten that too. */
const MENDED_MS = 40_000;

export interface BullLineDeps {
  redis: RedisLine;
  prefix: string;
  /** Of one kind that all workers together start at most; 0 for any number. */
  jobsPerMinute: number;
  jobs: Collection<JobRecord>;
  clock: Clock;
  /** Name of the store that the records are in. */
  owner(): Promise<string>;
  /** Hears of what goes wrong where nobody waits. */
  onError(error: unknown): void;
}

/**
 * A queue of BullMQ for each kind, with a ticket for each job that waits or runs. A ticket only says that a turn has
 * come: what became of the job is read from its record, so a ticket too many, too few or too late does no harm.
 */
export function openBullLine(deps: BullLineDeps): Line & { bullQueues(): Promise<BullQueue[]> } {
  const { redis, prefix, clock } = deps;
  const kindsKey = `${prefix}:kinds`;
  const mendedKey = `${prefix}:mended`;
  const queues = new Map<string, BullQueue>();
  const tickets = openTickets(deps, nameOf);
  const alarms = openAlarms(deps);
  /** Kinds that Redis was told of. */
  const told = new Set<string>();
  const ownerKey = `${prefix}:owner`;
  let own: Promise<string> | undefined;
  let claimed = false;
  let incomplete = false;
  let lastMend = Number.NEGATIVE_INFINITY;

  function queueOf(kind: string): BullQueue {
    const known = queues.get(kind);
    if (known) return known;
    const options = { connection: redis.client(), prefix, skipVersionCheck: true, skipMetasUpdate: true };
    const queue = new BullQueue(nameOf(kind), options);
    queue.on('error', deps.onError);
    queues.set(kind, queue);
    return queue;
  }

  async function add(record: JobRecord): Promise<void> {
    const { id, kind, payload, attempts, backoffMs, runAt } = record;
    if (!told.has(kind)) await redis.client().sadd(kindsKey, kind);
    told.add(kind);
    await queueOf(kind).add(kind, payload, {
      jobId: id,
      attempts,
      backoff: { type: 'exponential', delay: backoffMs },
      delay: Math.max(0, runAt - clock.now()),
      priority: bullPriority(record),
      removeOnComplete: { age: 86_400, count: 1_000 },
      removeOnFail: { age: 7 * 86_400, count: 1_000 },
    });
  }

  async function restore(record: JobRecord): Promise<void> {
    const ticket = await queueOf(record.kind).getJob(record.id);
    if (ticket && (await standsInLine(ticket))) return;
    // Refused where somebody holds it: then it is in good hands, or its lock runs out and it is found stalled.
    await ticket?.remove().catch(() => {});
    await add(record);
  }

  /** Kinds whose foremost job is the most urgent come first. */
  async function byUrgency(kinds: readonly string[]): Promise<readonly string[]> {
    if (kinds.length < 2) return kinds;
    const heads = await Promise.all(
      kinds.map(async (kind) => {
        const [head] = await queueOf(kind).getPrioritized(0, 0);
        return { kind, priority: head?.opts.priority ?? Number.POSITIVE_INFINITY, at: head?.timestamp ?? 0 };
      }),
    );
    // Equal infinities differ by NaN, which sorts like 0.
    return heads.sort((a, b) => a.priority - b.priority || a.at - b.at).map(({ kind }) => kind);
  }

  /** Jobs of another store would look like none at all, and be thrown out of line. */
  async function claim(): Promise<void> {
    own ??= deps.owner();
    own.catch(() => {
      own = undefined;
    });
    const name = await own;
    const client = redis.client();
    await client.set(ownerKey, name, 'NX');
    if ((await client.get(ownerKey)) === name) claimed = true;
    else
      throw new TouchlineError(
        'UNAVAILABLE',
        'This Redis keeps the jobs of another store. Give every process the same TOUCHLINE_STORE, or this store a database of its own: TOUCHLINE_QUEUE=redis://host/1.',
        { details: { setting: 'TOUCHLINE_QUEUE' } },
      );
  }

  /** What somebody waits for is refused within a second; either way, what Redis did not take is restored later. */
  async function asked(work: () => Promise<void>): Promise<void> {
    try {
      await redis.ask(async () => {
        if (!claimed) await claim();
        await work();
      });
    } catch (error) {
      incomplete = true;
      throw error;
    }
  }

  return {
    name: 'bullmq',
    put: (record) => asked(() => add(record)),
    restore: (record) => asked(() => restore(record)),
    async next(kinds, count, leaseMs) {
      try {
        // With several kinds each turn is chosen anew.
        const wanted = kinds.length < 2 ? count : 1;
        const turns: Turn[] = [];
        for (const kind of await byUrgency(kinds))
          while (turns.length < wanted) {
            const turn = await tickets.next(kind, leaseMs);
            if (!turn) break;
            turns.push(turn);
          }
        return turns;
      } catch (error) {
        throw redis.unavailable(error);
      }
    },
    setAlarm: (schedule, cron) => redis.ask(() => alarms.set(schedule, cron)),
    clearAlarm: (schedule) => redis.ask(() => alarms.clear(schedule)),
    async alarmed() {
      try {
        return await alarms.ring();
      } catch (error) {
        throw redis.unavailable(error);
      }
    },
    async mend(refill) {
      if (clock.now() - lastMend < MEND_MS) return;
      await redis.checkClock();
      await redis.ask(claim);
      const first = await redis.ask((client) => client.set(mendedKey, randomUUID(), 'PX', MENDED_MS, 'NX'));
      lastMend = clock.now();
      if (first) told.clear();
      if (!first && !incomplete) return;
      incomplete = true;
      await refill();
      incomplete = false;
    },
    bullQueues: () => redis.ask(async (client) => (await client.smembers(kindsKey)).sort().map(queueOf)),
    ping: redis.ping,
    async close() {
      await Promise.all([tickets.close(), alarms.close(), ...[...queues.values()].map((one) => one.close())]);
      redis.close();
    },
  };
}

/** Name of the queue of a kind: BullMQ takes no colons. */
const nameOf = (kind: string) => kind.replaceAll(':', '%3A');

/** BullMQ runs 1 first. The record's order begins with its place from the highest priority on. */
const bullPriority = ({ order }: JobRecord) => Math.min(Number(order.slice(0, 7)) + 1, 2 * MAX_PRIORITY + 1);

async function standsInLine(ticket: BullJob): Promise<boolean> {
  const state = await ticket.getState();
  return state === 'waiting' || state === 'prioritized' || state === 'delayed';
}
