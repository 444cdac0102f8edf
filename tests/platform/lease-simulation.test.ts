import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TouchlineError } from '../../platform/errors.ts';
import type { JobHandler, Queue } from '../../platform/queue/queue.ts';
import { openStoreQueue } from '../../platform/queue/store-queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Collection, Document, Store } from '../../platform/store/store.ts';
import { manualClock } from './manual-clock.ts';

/** A process's view of a store that can be severed, after which none of its writes reach the store, as after kill -9. */
function severable(store: Store): { store: Store; sever(): void } {
  let severed = false;
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name, receiver) {
        const member: unknown = Reflect.get(object, name, receiver);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          if (severed) throw new TouchlineError('UNAVAILABLE', 'severed');
          return member.apply(object, args);
        };
      },
    });
  return {
    store: {
      ...store,
      collection: <T extends Document>(...args: Parameters<Store['collection']>) =>
        guard(store.collection<T>(...args)) as Collection<T>,
    },
    sever: () => {
      severed = true;
    },
  };
}

type Step =
  | { do: 'add'; work: number; fails: number; priority: number; after: number[]; delayMs: number }
  | { do: 'start' | 'kill' | 'stop'; worker: number }
  | { do: 'wait'; ms: number };

const worker = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      work: fc.integer({ min: 0, max: 3_000 }),
      fails: fc.integer({ min: 0, max: 3 }),
      priority: fc.integer({ min: -1, max: 1 }),
      after: fc.array(fc.nat(20), { maxLength: 3 }),
      delayMs: fc.constantFrom(0, 0, 0, 500),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('start' as const), worker }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'stop' as const), worker }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4_000 }) }),
  },
);

async function simulate(steps: Step[]) {
  const clock = manualClock(1_700_000_000_000);
  const shared = openSqliteStore({ path: ':memory:' });
  const queue = openStoreQueue({ store: shared, clock });
  const running: (undefined | { queue: Queue; sever(): void })[] = [undefined, undefined, undefined];
  const added: { id: string; fails: number; dependsOn: string[] }[] = [];
  const runs = new Map<string, number>();
  const failures = new Map<string, number>();
  const faults: string[] = [];

  const work =
    (alive: () => boolean): JobHandler =>
    async (payload, { job, signal }) => {
      const { work, fails } = payload as { work: number; fails: number };
      const known = (await queue.get(job.id))!;
      if (alive() && known.state !== 'active') faults.push(`${job.id} runs while ${known.state}`);
      for (const dependency of added.find(({ id }) => id === job.id)!.dependsOn)
        if ((await queue.get(dependency))?.state !== 'done')
          faults.push(`${job.id} runs before ${dependency}`);
      runs.set(job.id, (runs.get(job.id) ?? 0) + 1);
      await new Promise<void>((resolve) => {
        clock.after(work, resolve);
        signal.addEventListener('abort', () => resolve());
      });
      if (signal.aborted) throw new Error('aborted');
      const failed = failures.get(job.id) ?? 0;
      if (!alive() || failed >= fails) return failed;
      failures.set(job.id, failed + 1);
      throw new Error('fails');
    };

  const startWorker = (index: number) => {
    if (running[index]) return;
    const { store, sever } = severable(shared);
    let alive = true;
    const own = openStoreQueue({ store, clock });
    own.work({ job: work(() => alive) }, { concurrency: 2, leaseMs: 1_000, pollMs: 100 });
    running[index] = {
      queue: own,
      sever() {
        alive = false;
        sever();
      },
    };
  };

  /** Advances the clock until a promise has settled. */
  const during = async <T>(promise: Promise<T>) => {
    let settled = false;
    promise.finally(() => {
      settled = true;
    });
    while (!settled) await clock.advance(50);
    return promise;
  };

  for (const one of steps) {
    if (one.do === 'add') {
      const dependsOn =
        added.length > 0 ? [...new Set(one.after.map((i) => added[i % added.length].id))] : [];
      const { work, fails, priority, delayMs } = one;
      const options = { priority, delayMs, dependsOn, maxAttempts: 3, backoffMs: 100 };
      const { id } = await queue.add('job', { work, fails }, options);
      added.push({ id, fails, dependsOn });
    } else if (one.do === 'wait') {
      await clock.advance(one.ms);
    } else if (one.do === 'start') {
      startWorker(one.worker);
    } else {
      const victim = running[one.worker];
      running[one.worker] = undefined;
      if (one.do === 'kill') victim?.sever();
      // A severed queue continues to poll without reaching the store until it is closed.
      if (victim) await during(victim.queue.close());
    }
  }

  for (let i = 0; i < 3; i++) startWorker(i);
  const open = async () => {
    const counts = await queue.counts();
    return counts.waiting + counts.blocked + counts.active + counts.failed;
  };
  for (let rounds = 0; (await open()) > 0 && rounds < 400; rounds++) await clock.advance(1_000);
  for (const one of running) if (one) await during(one.queue.close());

  const state = new Map<string, string>();
  for (const { id } of added) state.set(id, (await queue.get(id))!.state);
  await shared.close();
  return { added, runs, faults, state };
}

describe('job leases, while workers are started, stopped and killed at random', () => {
  it('finish every job, after the jobs that it depends on, and start no finished one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
        const { added, runs, faults, state } = await simulate(steps);
        expect(faults).toEqual([]);
        const expected = new Map<string, string>();
        for (const { id, fails, dependsOn } of added) {
          const dies = fails >= 3 || dependsOn.some((dependency) => expected.get(dependency) === 'dead');
          expected.set(id, dies ? 'dead' : 'done');
          if (!dependsOn.some((dependency) => expected.get(dependency) === 'dead'))
            expect(runs.get(id), 'number of runs').toBeGreaterThanOrEqual(Math.min(fails + 1, 3));
          else expect(runs.get(id)).toBeUndefined();
        }
        expect(state).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
