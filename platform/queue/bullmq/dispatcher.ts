import { type Job as BullJob, Queue as BullQueue } from 'bullmq';
import type { Delivery, Dispatcher } from '../core/dispatcher.ts';
import { MAX_PRIORITY } from '../core/job-queue.ts';
import type { JobRecord } from '../core/job-record.ts';
import { type KindWorkerDeps, openKindWorkers, queueName } from './kind-workers.ts';
import { flushRecovery } from './recover-from-flush.ts';
import { openBullSchedules } from './schedules.ts';

export interface BullDispatcherDeps extends KindWorkerDeps {
  /** Claims Redis for the store. @throws UNAVAILABLE if it belongs to another store */
  claim(): Promise<void>;
}

/**
 * Dispatches by one BullMQ queue for each kind, with a BullMQ job for each job that is waiting or running. The BullMQ job
 * only says when the job may run; its state is read from its record. So superfluous, missing or late BullMQ jobs are
 * harmless.
 * @see flushRecovery for what happens when Redis loses jobs
 */
export function openBullDispatcher(
  deps: BullDispatcherDeps,
): Dispatcher & { bullQueues(): Promise<BullQueue[]> } {
  const { redis, prefix, clock } = deps;
  const kindsKey = `${prefix}:kinds`;
  const queues = new Map<string, BullQueue>();
  const workers = openKindWorkers(deps);
  const schedules = openBullSchedules(deps);
  /** Kinds that are known to be listed in Redis. */
  const listedKinds = new Set<string>();
  const recovery = flushRecovery({ ...deps, onLoss: () => listedKinds.clear() });

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

  return {
    name: 'bullmq',
    enqueue: (record) => recovery.change(() => add(record)),
    ensureEnqueued: (record) => recovery.change(() => ensureAdded(record)),
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
    reconcile: recovery.reconcile,
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
