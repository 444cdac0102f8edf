import { describe, expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { openLeaseQueue } from '../../platform/queue/leases/queue.ts';
import type { Job, JobHandler } from '../../platform/queue/queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Collection, Document, Store } from '../../platform/store/store.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
/** Polls rarely, because months pass in these tests. */
const slow = { pollMs: MINUTE / 2 };
const echo: JobHandler = async (payload) => payload;

/** A store that can be away for a while. */
function moody(store: Store): Store & { away: boolean } {
  const mood = { ...store, away: false };
  mood.collection = <T extends Document>(...args: Parameters<Store['collection']>) =>
    new Proxy(store.collection<T>(...args), {
      get(target, name, receiver) {
        if (mood.away)
          return async () => {
            throw new TouchlineError('UNAVAILABLE', 'away');
          };
        return Reflect.get(target, name, receiver);
      },
    }) as Collection<T>;
  return mood;
}

function setup() {
  const clock = manualClock(NOON);
  const store = moody(openSqliteStore({ path: ':memory:' }));
  const errors: TouchlineError[] = [];
  const connect = () => openLeaseQueue({ store, clock, onError: (error) => errors.push(error) });
  return { clock, store, errors, connect, queue: connect() };
}

const count = async (queue: ReturnType<typeof openLeaseQueue>, kind: string) =>
  (await queue.list({ kind }, 1_000)).length;

describe('schedules', () => {
  const hourly = { id: 'nightly', kind: 'tick', payload: null, cron: '0 * * * *' };

  it('fire at their times, UTC, once for all processes', async () => {
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

  it('fire once for all the times that nobody was there', async () => {
    const { clock, queue } = setup();
    await queue.schedule(hourly);
    await clock.advance(50 * 60 * MINUTE);
    queue.work({ tick: echo }, slow);
    await clock.advance(MINUTE);
    expect(await count(queue, 'tick')).toBe(1);
    await clock.advance(60 * MINUTE);
    expect(await count(queue, 'tick')).toBe(2);
  });

  it('keep their next time when they are set again, and lose it with another expression', async () => {
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

describe('time', () => {
  it('removes done jobs after their retention, and frees their keys', async () => {
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

  it('gives a job up whose workers are lost again and again', async () => {
    const { clock, store, queue, connect } = setup();
    const job = await queue.add('deadly', null);
    for (let round = 0; round < 12; round++) {
      // A worker that takes the job and is never heard of again.
      const silent = openLeaseQueue({ store: { ...store, collection: mute(store) }, clock });
      silent.work({ deadly: () => new Promise(() => {}) }, { leaseMs: 1_000, pollMs: 10_000_000 });
      await clock.advance(5_000);
      connect().work({ other: echo }, { pollMs: 100 });
      await clock.advance(200);
    }
    expect(await queue.get(job.id)).toMatchObject({ state: 'dead', error: { message: /lost 10 times/ } });
  });
});

/** Collections whose jobs are never renewed: what a process that was killed looks like from outside. */
const mute =
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

describe('a store that is away', () => {
  const states = async (queue: ReturnType<typeof openLeaseQueue>, jobs: Job[]) =>
    Promise.all(jobs.map(async ({ id }) => (await queue.get(id))?.state));

  it('is reported, and the work goes on once it is back', async () => {
    const { clock, store, errors, queue } = setup();
    const job = await queue.add('echo', 1, { delayMs: 5_000 });
    queue.work({ echo });
    await clock.advance(1_000);
    expect(errors).toEqual([]);
    store.away = true;
    await clock.advance(6_000);
    expect(errors).toMatchObject([{ code: 'UNAVAILABLE' }]);
    store.away = false;
    await clock.advance(1_000);
    expect(await states(queue, [job])).toEqual(['done']);
  });

  it('costs nothing when it comes back before the lease ends', async () => {
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
    store.away = true;
    await clock.advance(5_000);
    store.away = false;
    await clock.advance(5_000);
    store.away = true;
    await clock.advance(6_000);
    store.away = false;
    await clock.advance(1_000);
    expect(aborted).toBe(false);
    expect(await queue.get(job.id)).toMatchObject({ state: 'done', result: 'whole', attempt: 1 });
  });

  it('aborts a job when its lease has ended, for another may have it by then', async () => {
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
    store.away = true;
    await clock.advance(10_000);
    expect(reasons).toEqual(['CONFLICT']);
    store.away = false;
    await clock.advance(70_000);
    expect(await queue.get(job.id)).toMatchObject({ state: 'done', attempt: 1 });
  });
});
