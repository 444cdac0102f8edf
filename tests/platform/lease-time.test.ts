import { describe, expect, it } from 'vitest';
import { TouchlineError } from '../../platform/errors.ts';
import type { Job, JobHandler } from '../../platform/queue/queue.ts';
import { openStoreQueue } from '../../platform/queue/store-queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Collection, Document, Store } from '../../platform/store/store.ts';
import { manualClock } from './manual-clock.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
/** Polls rarely, because months pass in these tests. */
const slow = { pollMs: MINUTE / 2 };
const echo: JobHandler = async (payload) => payload;

/** A store that can become unavailable. */
function unreliable(store: Store): Store & { unavailable: boolean } {
  const state = { ...store, unavailable: false };
  state.collection = <T extends Document>(...args: Parameters<Store['collection']>) =>
    new Proxy(store.collection<T>(...args), {
      get(target, name, receiver) {
        if (state.unavailable)
          return async () => {
            throw new TouchlineError('UNAVAILABLE', 'no store');
          };
        return Reflect.get(target, name, receiver);
      },
    }) as Collection<T>;
  return state;
}

function setup() {
  const clock = manualClock(NOON);
  const store = unreliable(openSqliteStore({ path: ':memory:' }));
  const errors: TouchlineError[] = [];
  const connect = () => openStoreQueue({ store, clock, onError: (error) => errors.push(error) });
  return { clock, store, errors, connect, queue: connect() };
}

const count = async (queue: ReturnType<typeof openStoreQueue>, kind: string) =>
  (await queue.list({ kind }, 1_000)).length;

describe('a schedule', () => {
  const hourly = { id: 'nightly', kind: 'tick', payload: null, cron: '0 * * * *' };

  it('fires at its times in UTC, once for all processes', async () => {
    const { clock, connect, queue } = setup();
    await queue.schedule(hourly);
    for (const one of [queue, connect(), connect()]) one.work({ tick: echo }, slow);
    await clock.advance(59 * MINUTE);
    expect(await count(queue, 'tick')).toBe(0);
    await clock.advance(2 * MINUTE);
    expect(await count(queue, 'tick')).toBe(1);
    await clock.advance(3 * 60 * MINUTE);
    expect(await count(queue, 'tick')).toBe(4);
  });

  it('fires once for all times that were missed while no worker ran', async () => {
    const { clock, queue } = setup();
    await queue.schedule(hourly);
    await clock.advance(50 * 60 * MINUTE);
    queue.work({ tick: echo }, slow);
    await clock.advance(MINUTE);
    expect(await count(queue, 'tick')).toBe(1);
    await clock.advance(60 * MINUTE);
    expect(await count(queue, 'tick')).toBe(2);
  });

  it('keeps its next time when it is set again, unless its expression changes', async () => {
    const { clock, queue } = setup();
    await queue.schedule(hourly);
    await clock.advance(61 * MINUTE);
    await queue.schedule(hourly);
    queue.work({ tick: echo }, slow);
    await clock.advance(MINUTE);
    expect(await count(queue, 'tick')).toBe(1);
    await queue.schedule({ ...hourly, cron: '0 0 * * *' });
    await clock.advance(4 * 60 * MINUTE);
    expect(await count(queue, 'tick')).toBe(1);
    await queue.unschedule('nightly');
    await clock.advance(DAY);
    expect(await count(queue, 'tick')).toBe(1);
  });
});

describe('a job', () => {
  it('is removed some time after it was done, which frees its key', async () => {
    const { clock, queue } = setup();
    const first = await queue.add('echo', 1, { key: 'k' });
    const dead = await queue.add('bad', 1);
    const bad: JobHandler = async () => {
      throw new TouchlineError('INVALID_INPUT', 'bad');
    };
    queue.work({ echo, bad }, { pollMs: DAY / 4 });
    await clock.advance(29 * DAY);
    expect((await queue.add('echo', 2, { key: 'k' })).payload).toBe(1);
    await clock.advance(2 * DAY);
    expect((await queue.get(dead.id))?.state).toBe('dead');
    const again = await queue.add('echo', 2, { key: 'k' });
    expect(again).toMatchObject({ id: first.id, payload: 2, state: 'waiting' });
  });

  it('is declared dead after ten of its workers were lost', async () => {
    const { clock, store, queue, connect } = setup();
    const job = await queue.add('deadly', null);
    for (let round = 0; round < 12; round++) {
      // A worker that claims the job and then disappears.
      const vanishing = openStoreQueue({ store: { ...store, collection: unrenewed(store) }, clock });
      vanishing.work({ deadly: () => new Promise(() => {}) }, { leaseMs: 1_000, pollMs: 10_000_000 });
      await clock.advance(5_000);
      connect().work({ other: echo }, { pollMs: 100 });
      await clock.advance(200);
    }
    expect(await queue.get(job.id)).toMatchObject({ state: 'dead', error: { message: /lost 10 times/ } });
  });
});

/** Collections in which leases are never renewed, as if their process had been killed. */
const unrenewed =
  (store: Store) =>
  <T extends Document>(...args: Parameters<Store['collection']>): Collection<T> => {
    const collection = store.collection<T>(...args);
    let claims = 0;
    return {
      ...collection,
      compareAndSwap: async (document, version) => {
        if ((document as { state?: string }).state === 'active' && claims++ > 0) return new Promise(() => {});
        return collection.compareAndSwap(document, version);
      },
    };
  };

describe('an unavailable store', () => {
  const states = async (queue: ReturnType<typeof openStoreQueue>, jobs: Job[]) =>
    Promise.all(jobs.map(async ({ id }) => (await queue.get(id))?.state));

  it('is reported once, and jobs run again after it recovers', async () => {
    const { clock, store, errors, queue } = setup();
    const job = await queue.add('echo', 1, { delayMs: 5_000 });
    queue.work({ echo });
    await clock.advance(1_000);
    expect(errors).toEqual([]);
    store.unavailable = true;
    await clock.advance(6_000);
    expect(errors).toMatchObject([{ code: 'UNAVAILABLE' }]);
    store.unavailable = false;
    await clock.advance(1_000);
    expect(await states(queue, [job])).toEqual(['done']);
  });

  it('does not interrupt a job if it recovers before the lease expires', async () => {
    const { clock, store, queue } = setup();
    const job = await queue.add('long', 1);
    let aborted = false;
    const long: JobHandler = async (_, { signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      await new Promise<void>((resolve) => clock.after(20_000, resolve));
      return 'whole';
    };
    queue.work({ long }, { leaseMs: 10_000 });
    await clock.advance(5_000);
    store.unavailable = true;
    await clock.advance(5_000);
    store.unavailable = false;
    await clock.advance(5_000);
    store.unavailable = true;
    await clock.advance(6_000);
    store.unavailable = false;
    await clock.advance(1_000);
    expect(aborted).toBe(false);
    expect(await queue.get(job.id)).toMatchObject({ state: 'done', result: 'whole', attempt: 1 });
  });

  it('aborts a job once its lease has expired, because another worker may have it', async () => {
    const { clock, store, queue } = setup();
    const job = await queue.add('long', 1);
    const reasons: unknown[] = [];
    const long: JobHandler = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push((signal.reason as TouchlineError).code);
          reject(signal.reason);
        });
        clock.after(60_000, () => _resolve('whole'));
      });
    queue.work({ long }, { leaseMs: 3_000 });
    await clock.advance(1_000);
    store.unavailable = true;
    await clock.advance(10_000);
    expect(reasons).toEqual(['CONFLICT']);
    store.unavailable = false;
    await clock.advance(70_000);
    expect(await queue.get(job.id)).toMatchObject({ state: 'done', attempt: 1 });
  });
});
