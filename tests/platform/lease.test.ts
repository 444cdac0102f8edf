import { describe, expect, it } from 'vitest';
import { TouchlineError } from '../../platform/errors.ts';
import { createLeases } from '../../platform/lease.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Collection, Document } from '../../platform/store/store.ts';
import { manualClock } from './manual-clock.ts';

interface Task extends Document {
  note: string;
  until?: number;
}

const LEASE_MS = 9_000;
const timedOut = () => new TouchlineError('UNAVAILABLE', 'leased for too long');

function setup() {
  const clock = manualClock(1_700_000_000_000);
  const tasks = openSqliteStore({ path: ':memory:' }).collection<Task>('tasks');
  const leases = (collection: Collection<Task> = tasks) =>
    createLeases<Task>({
      ...{ collection, clock, leaseMs: LEASE_MS },
      leasedUntil: ({ until }) => until,
      withLease: (task, until) => ({ ...task, until }),
    });
  const release = ({ until: _, ...task }: Task): Task => task;
  /** Leases of a process whose store can become unavailable. */
  const process = () => {
    const state = { disconnected: false };
    const collection: Collection<Task> = {
      ...tasks,
      async compareAndSwap(...args) {
        if (state.disconnected) throw new TouchlineError('UNAVAILABLE', 'no store');
        return tasks.compareAndSwap(...args);
      },
    };
    return { ...leases(collection), state };
  };
  return { clock, tasks, leases: leases(), process, release };
}

const task = (note = ''): Task => ({ id: 'task', note });

describe('a lease', () => {
  it('is taken by one of several processes', async () => {
    const { leases } = setup();
    const taken = await Promise.all(Array.from({ length: 5 }, () => leases.take(task(), 0)));
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('is renewed for as long as it is held', async () => {
    const { clock, leases, tasks } = setup();
    const lease = (await leases.take(task(), 0))!;
    for (let hour = 0; hour < 3; hour++) {
      await clock.advance(3_600_000);
      expect((await tasks.get('task'))!.until).toBeGreaterThan(clock.now());
    }
    expect(lease.signal.aborted).toBe(false);
  });

  it('ends with the last write of its holder, and is not renewed afterwards', async () => {
    const { clock, leases, tasks, release } = setup();
    const lease = (await leases.take(task(), 0))!;
    expect(await lease.release((held) => release({ ...held, note: 'done' }))).toMatchObject({ note: 'done' });
    await clock.advance(3 * LEASE_MS);
    expect(await tasks.get('task')).toEqual({ id: 'task', note: 'done', _version: 2 });
    expect(await lease.update((held) => ({ ...held, note: 'too late' }))).toBeUndefined();
  });

  it('holds while others change the rest of the document, and loses none of their changes', async () => {
    const { clock, leases, tasks, release } = setup();
    const lease = (await leases.take(task(), 0))!;
    for (const note of ['a', 'b']) {
      const { _version, ...held } = (await tasks.get('task'))!;
      await tasks.compareAndSwap({ ...held, note: held.note + note }, _version);
      await clock.advance(LEASE_MS);
    }
    await lease.update((held) => ({ ...held, note: `${held.note}c` }));
    expect(await lease.release(release)).toMatchObject({ note: 'abc' });
  });

  it('expires when its holder crashes, and is then taken by another process', async () => {
    const { clock, leases, process } = setup();
    const crashed = process();
    await crashed.take(task('crashed'), 0);
    crashed.state.disconnected = true;
    const taken = leases.acquire(() => task('heir'), { timeoutMs: 60_000, timedOut });
    let owner = '';
    taken.then((lease) => {
      owner = lease.taken.note;
    });
    await clock.advance(LEASE_MS - 100);
    expect(owner).toBe('');
    await clock.advance(200);
    expect(owner).toBe('heir');
  });

  it('aborts its signal once it has expired, because another process may have it', async () => {
    const { clock, process } = setup();
    const cut = process();
    const lease = (await cut.take(task(), 0))!;
    cut.state.disconnected = true;
    await clock.advance(LEASE_MS - 1);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(LEASE_MS);
    expect(lease.signal.reason).toMatchObject({ code: 'CONFLICT' });
  });

  it('survives an outage of the store that is shorter than itself', async () => {
    const { clock, process, release } = setup();
    const holder = process();
    const lease = (await holder.take(task(), 0))!;
    holder.state.disconnected = true;
    await clock.advance(LEASE_MS - 1_000);
    const released = lease.release(release);
    await clock.advance(500);
    holder.state.disconnected = false;
    await clock.advance(500);
    expect(await released).toMatchObject({ note: '' });
  });

  it('does not overwrite what another process wrote after it expired', async () => {
    const { clock, leases, process, tasks, release } = setup();
    const late = process();
    const lost = (await late.take(task('late'), 0))!;
    late.state.disconnected = true;
    await clock.advance(LEASE_MS + 1);
    const version = (await tasks.get('task'))!._version;
    const heir = (await leases.take(task('heir'), version))!;
    late.state.disconnected = false;
    expect(await lost.release(release)).toBeUndefined();
    expect(await heir.release(release)).toMatchObject({ note: 'heir' });
  });

  it('makes others wait no longer than their deadline', async () => {
    const { clock, leases } = setup();
    await leases.take(task(), 0);
    let failure: unknown;
    leases
      .acquire(() => task(), { timeoutMs: 30_000, timedOut })
      .catch((error) => {
        failure = error;
      });
    await clock.advance(29_900);
    expect(failure).toBeUndefined();
    await clock.advance(200);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', message: 'leased for too long' });
  });
});
