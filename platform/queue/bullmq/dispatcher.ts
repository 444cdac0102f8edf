import { randomUUID } from 'node:crypto';
import { type Job as BullJob, Queue as BullQueue } from 'bullmq';
import { TouchlineError } from '../../errors.ts';
import type { Delivery, Dispatcher } from '../core/dispatcher.ts';
import { MAX_PRIORITY } from '../core/job-queue.ts';
import type { JobRecord } from '../core/job-record.ts';
import { type KindWorkerDeps, openKindWorkers, queueName } from './kind-workers.ts';
import { openBullSchedules } from './schedules.ts';

/** Milliseconds between two checks whether Redis still holds what was enqueued. */
const RECONCILE_MS = 5_000;
/** How long everything counts as enqueued, unless Redis loses the mark that says so. */
const RECONCILED_MS = 40_000;

export interface BullDispatcherDeps extends KindWorkerDeps {
  /** Name of the store that holds the records. */
  storeName(): Promise<string>;
}

/**
 * Dispatches by one BullMQ queue for each kind, with a bull job for each job that waits or runs. A bull job only says
 * when its job may run; what became of the job is read from its record. So superfluous, missing or late bull jobs are
 * harmless.
 */
export function openBullDispatcher(
  deps: BullDispatcherDeps,
): Dispatcher & { bullQueues(): Promise<BullQueue[]> } {
  const { redis, prefix, clock } = deps;
  const kindsKey = `${prefix}:kinds`;
  const ownerKey = `${prefix}:owner`;
  /** Present while everything counts as enqueued. */
  const reconciledKey = `${prefix}:mended`;
  const queues = new Map<string, BullQueue>();
  const workers = openKindWorkers(deps);
  const schedules = openBullSchedules(deps);
  /** Kinds that Redis lists. */
  const listedKinds = new Set<string>();
  let storeName: Promise<string> | undefined;
  let claimed = false;
  /** Whether something may be missing in Redis. */
  let incomplete = false;
  let lastReconciliation = Number.NEGATIVE_INFINITY;

  function queueOf(kind: string): BullQueue {
    const known = queues.get(kind);
    if (known) return known;
    const options = { connection: redis.client(), prefix, skipVersionCheck: true, skipMetasUpdate: true };
    const queue = new BullQueue(queueName(kind), options);
    queue.on('error', deps.onError);
    queues.set(kind, queue);
    return queue;
  }

  async function add(record: JobRecord): Promise<void> {
    const { id, kind, payload, attempts, backoffMs, runAt } = record;
    if (!listedKinds.has(kind)) await redis.client().sadd(kindsKey, kind);
    listedKinds.add(kind);
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

  async function ensureAdded(record: JobRecord): Promise<void> {
    const bullJob = await queueOf(record.kind).getJob(record.id);
    if (bullJob && (await isEnqueued(bullJob))) return;
    // Fails if a worker has locked it. Then that worker takes care of it, or BullMQ finds it stalled later.
    await bullJob?.remove().catch(() => {});
    await add(record);
  }

  /** Kinds in the order of their most urgent jobs. */
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

  /** Makes sure that Redis belongs to this store: bull jobs of another would have no records here, and be removed. */
  async function claimRedis(): Promise<void> {
    storeName ??= deps.storeName();
    storeName.catch(() => {
      storeName = undefined;
    });
    const name = await storeName;
    const client = redis.client();
    await client.set(ownerKey, name, 'NX');
    if ((await client.get(ownerKey)) === name) claimed = true;
    else
      throw new TouchlineError(
        'UNAVAILABLE',
        'This Redis holds the jobs of another store. Give every process the same TOUCHLINE_STORE, or give this store its own database: TOUCHLINE_QUEUE=redis://host/1.',
        { details: { setting: 'TOUCHLINE_QUEUE' } },
      );
  }

  /** Fails within a second if Redis does not answer; whatever it did not accept is enqueued again later. */
  async function change(work: () => Promise<void>): Promise<void> {
    try {
      await redis.request(async () => {
        if (!claimed) await claimRedis();
        await work();
      });
    } catch (error) {
      incomplete = true;
      throw error;
    }
  }

  return {
    name: 'bullmq',
    enqueue: (record) => change(() => add(record)),
    ensureEnqueued: (record) => change(() => ensureAdded(record)),
    async take(kinds, count, leaseMs) {
      try {
        // With several kinds, the most urgent one is determined anew for each job.
        const wanted = kinds.length < 2 ? count : 1;
        const deliveries: Delivery[] = [];
        for (const kind of await byUrgency(kinds))
          while (deliveries.length < wanted) {
            const delivery = await workers.take(kind, leaseMs);
            if (!delivery) break;
            deliveries.push(delivery);
          }
        return deliveries;
      } catch (error) {
        throw redis.unavailable(error);
      }
    },
    setSchedule: (id, cron) => redis.request(() => schedules.set(id, cron)),
    clearSchedule: (id) => redis.request(() => schedules.clear(id)),
    async scheduleDue() {
      try {
        return await schedules.takeDue();
      } catch (error) {
        throw redis.unavailable(error);
      }
    },
    async reconcile(enqueueAll) {
      if (clock.now() - lastReconciliation < RECONCILE_MS) return;
      await redis.checkClock();
      await redis.request(claimRedis);
      const markMissing = await redis.request((client) =>
        client.set(reconciledKey, randomUUID(), 'PX', RECONCILED_MS, 'NX'),
      );
      lastReconciliation = clock.now();
      if (markMissing) listedKinds.clear();
      if (!markMissing && !incomplete) return;
      incomplete = true;
      await enqueueAll();
      incomplete = false;
    },
    bullQueues: () => redis.request(async (client) => (await client.smembers(kindsKey)).sort().map(queueOf)),
    ping: redis.ping,
    async close() {
      await Promise.all([...queues.values(), workers, schedules].map((one) => one.close()));
      redis.close();
    },
  };
}

/** BullMQ runs priority 1 first. A record's order begins with its distance from the highest priority. */
const bullPriority = ({ order }: JobRecord) => Math.min(Number(order.slice(0, 7)) + 1, 2 * MAX_PRIORITY + 1);

async function isEnqueued(bullJob: BullJob): Promise<boolean> {
  const state = await bullJob.getState();
  return state === 'waiting' || state === 'prioritized' || state === 'delayed';
}
