import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TouchlineError } from '../../platform/errors.ts';
import type { Job, JobHandler, Queue } from '../../platform/queue/queue.ts';
import { eventually } from './tools.ts';

/**
 * The specification of every queue, in real time.
 * @param open opens a new, empty queue; `again` opens a second client of it, like another process.
 */
export function queueConformance(
  name: string,
  open: () => Promise<{ queue: Queue; again: () => Promise<Queue> }>,
) {
  describe(`queue: ${name}`, () => {
    const opened: Queue[] = [];
    let queue: Queue;
    let again: () => Promise<Queue>;
    const fast = { pollMs: 10, leaseMs: 2_000 };

    beforeEach(async () => {
      const fresh = await open();
      queue = fresh.queue;
      again = async () => {
        const other = await fresh.again();
        opened.push(other);
        return other;
      };
      opened.push(queue);
    });
    afterEach(async () => {
      for (const one of opened.splice(0).reverse()) await one.close();
    });

    const ended = async (job: Job, state: Job['state'] = 'done') => {
      await eventually(async () => (await queue.get(job.id))?.state === state);
      return (await queue.get(job.id))!;
    };
    const echo: JobHandler = async (payload) => payload;
    const noteIn =
      (list: unknown[]): JobHandler =>
      async (payload) =>
        list.push(payload);

    it('runs a job once and keeps its result', async () => {
      const job = await queue.add('echo', { a: [1, 'ä', null] });
      expect(job).toMatchObject({
        kind: 'echo',
        payload: { a: [1, 'ä', null] },
        state: 'waiting',
        attempt: 0,
      });
      let runs = 0;
      queue.work({ echo: async (payload) => ({ seen: payload, runs: ++runs }) }, fast);
      const done = await ended(job);
      expect(done).toMatchObject({ attempt: 1, result: { seen: { a: [1, 'ä', null] }, runs: 1 } });
      expect(Date.parse(done.finishedAt!)).toBeGreaterThanOrEqual(Date.parse(done.createdAt));
      expect(await queue.counts()).toMatchObject({ done: 1, waiting: 0, active: 0 });
    });

    it('only runs jobs of kinds that it has handlers for', async () => {
      const other = await queue.add('other', null);
      const job = await queue.add('echo', 1);
      queue.work({ echo }, fast);
      await ended(job);
      expect((await queue.get(other.id))?.state).toBe('waiting');
    });

    it('lists jobs by kind and state, newest first', async () => {
      const ids: string[] = [];
      for (const kind of ['a', 'b', 'a']) {
        ids.push((await queue.add(kind, null)).id);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      expect((await queue.list()).map(({ id }) => id)).toEqual([...ids].reverse());
      expect((await queue.list({ kind: 'a' }, 1)).map(({ id }) => id)).toEqual([ids[2]]);
      expect((await queue.list({ kind: 'b', state: 'waiting' })).map(({ id }) => id)).toEqual([ids[1]]);
      expect(await queue.list({ state: 'done' })).toEqual([]);
      expect(await queue.get('unknown')).toBeUndefined();
      await expect(queue.retry('unknown')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('adds one job for each kind and key, however many clients add it', async () => {
      const other = await again();
      const [first, second] = await Promise.all([
        queue.add('echo', 1, { key: 'k' }),
        other.add('echo', 2, { key: 'k' }),
      ]);
      expect(second.id).toBe(first.id);
      expect((await queue.add('else', 3, { key: 'k' })).id).not.toBe(first.id);
      queue.work({ echo }, fast);
      const done = await ended(first);
      expect(await queue.add('echo', 4, { key: 'k' })).toEqual(done);
    });

    it('runs jobs of higher priority first, then older ones', async () => {
      const seen: unknown[] = [];
      for (const [label, priority] of [
        ['a', 0],
        ['b', 5],
        ['c', -5],
        ['d', 5],
        ['e', 0],
      ] as const)
        await queue.add('note', label, { priority });
      queue.work({ note: noteIn(seen) }, fast);
      await eventually(() => seen.length === 5);
      expect(seen).toEqual(['b', 'd', 'a', 'e', 'c']);
    });

    it('runs a delayed job no earlier than its delay', async () => {
      const job = await queue.add('echo', null, { delayMs: 300 });
      queue.work({ echo }, fast);
      const done = await ended(job);
      expect(Date.parse(done.finishedAt!) - Date.parse(done.createdAt)).toBeGreaterThanOrEqual(295);
    });

    it('retries a failing job after a growing back-off, then declares it dead', async () => {
      const times: number[] = [];
      const job = await queue.add('fails', null, { maxAttempts: 3, backoffMs: 60 });
      queue.work(
        {
          fails: async () => {
            times.push(performance.now());
            throw new TouchlineError('UNAVAILABLE', 'not today');
          },
        },
        fast,
      );
      const dead = await ended(job, 'dead');
      expect(dead).toMatchObject({ attempt: 3, error: { code: 'UNAVAILABLE', message: 'not today' } });
      expect(times[1] - times[0]).toBeGreaterThanOrEqual(55);
      expect(times[2] - times[1]).toBeGreaterThanOrEqual(115);
    });

    it('does not retry a job that failed with bad input', async () => {
      const job = await queue.add('bad', null);
      const handler: JobHandler = async () => {
        throw new TouchlineError('INVALID_INPUT', 'no such clip');
      };
      queue.work({ bad: handler }, fast);
      expect(await ended(job, 'dead')).toMatchObject({ attempt: 1 });
    });

    it('retries a dead job on request, with its attempts restored', async () => {
      let broken = true;
      const job = await queue.add('recovers', null, { maxAttempts: 1 });
      const recovers: JobHandler = async () => {
        if (broken) throw new Error('broken');
        return 'whole';
      };
      queue.work({ recovers }, fast);
      expect(await ended(job, 'dead')).toMatchObject({ error: { code: 'INTERNAL', message: 'broken' } });
      broken = false;
      expect(await queue.retry(job.id)).toMatchObject({ attempt: 0 });
      const done = await ended(job);
      expect(done).toMatchObject({ attempt: 1, result: 'whole' });
      expect(done.error).toBeUndefined();
      await expect(queue.retry(job.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('shows the progress of a running job', async () => {
      let release = () => {};
      const job = await queue.add('long', null);
      const long: JobHandler = (_, { progress }) => {
        progress({ stage: 'read', done: 1, total: 4 });
        progress({ stage: 'read', done: 2, total: 4, note: 'half' });
        return new Promise((resolve) => {
          release = () => resolve(null);
        });
      };
      queue.work({ long }, fast);
      await eventually(async () => (await queue.get(job.id))?.progress?.done === 2);
      expect(await queue.get(job.id)).toMatchObject({
        state: 'active',
        progress: { stage: 'read', note: 'half' },
      });
      release();
      await ended(job);
    });

    it('runs a job after the jobs that it depends on', async () => {
      const order: unknown[] = [];
      const a = await queue.add('note', 'a');
      const b = await queue.add('note', 'b', { delayMs: 80 });
      const dependent = await queue.add('note', 'dependent', { dependsOn: [a.id, b.id] });
      const root = await queue.add('note', 'root', { dependsOn: [dependent.id], priority: 10 });
      expect([dependent.state, root.state]).toEqual(['blocked', 'blocked']);
      queue.work({ note: noteIn(order) }, { ...fast, concurrency: 4 });
      await ended(root);
      expect(order).toEqual(['a', 'b', 'dependent', 'root']);
      const late = await queue.add('note', 'late', { dependsOn: [a.id, root.id] });
      await ended(late);
      await expect(queue.add('note', 0, { dependsOn: ['unknown'] })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    it('declares dependents of a dead job dead, and retries them once it is done', async () => {
      let broken = true;
      const handlers: Record<string, JobHandler> = {
        dies: async () => {
          if (broken) throw new Error('broken');
          return null;
        },
        note: echo,
      };
      const slow = await queue.add('note', 0, { delayMs: 60_000 });
      const dying = await queue.add('dies', null, { maxAttempts: 1 });
      const dependent = await queue.add('note', 1, { dependsOn: [slow.id, dying.id] });
      const root = await queue.add('note', 2, { dependsOn: [dependent.id] });
      queue.work(handlers, fast);
      expect((await ended(dependent, 'dead')).error?.message).toContain(dying.id);
      await ended(root, 'dead');
      broken = false;
      expect((await queue.add('note', 3, { dependsOn: [dying.id] })).state).toBe('dead');
      await queue.retry(dying.id);
      await ended(dying);
      expect((await queue.retry(dependent.id)).state).toBe('blocked');
    });

    it('shares the jobs between workers, and runs each once', async () => {
      const runs = new Map<unknown, number>();
      const note: JobHandler = async (payload) => {
        runs.set(payload, (runs.get(payload) ?? 0) + 1);
        return null;
      };
      for (let i = 0; i < 40; i++) await queue.add('note', i);
      const other = await again();
      for (const one of [queue, other, queue]) one.work({ note }, { ...fast, concurrency: 3 });
      await eventually(async () => (await queue.counts()).done === 40);
      expect([...runs.values()]).toEqual(Array(40).fill(1));
    });

    it('retries a lost lease on another worker, and ignores the result of the first', async () => {
      const other = await again();
      const job = await queue.add('stuck', null);
      const log: string[] = [];
      // A blocked event loop looks like a crashed process: nothing renews the lease.
      queue.work(
        {
          stuck: async (_, { signal }) => {
            log.push('first');
            const until = Date.now() + 900;
            while (Date.now() < until);
            await eventually(() => log.includes('second'));
            log.push(`first ends, aborted: ${signal.aborted}`);
            return 'first';
          },
        },
        { pollMs: 10, leaseMs: 300 },
      );
      await eventually(() => log.length === 1);
      other.work({ stuck: async () => `run ${log.push('second')}` }, fast);
      await eventually(() => log.length === 3);
      await eventually(async () => (await queue.get(job.id))?.state === 'done');
      expect(await queue.get(job.id)).toMatchObject({ result: 'run 2', attempt: 1 });
      expect(log).toEqual(['first', 'second', 'first ends, aborted: true']);
    });

    it('renews the lease of a job that runs longer than it', async () => {
      const other = await again();
      let runs = 0;
      const long: JobHandler = async () => {
        runs++;
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        return null;
      };
      const job = await queue.add('long', null);
      for (const one of [queue, other]) one.work({ long }, { pollMs: 10, leaseMs: 900 });
      await ended(job);
      expect(runs).toBe(1);
    });

    it('lets running jobs finish when a worker stops', async () => {
      const job = await queue.add('long', null);
      const waits = await queue.add('long', null);
      let started = false;
      const worker = queue.work(
        {
          long: async () => {
            started = true;
            await new Promise((resolve) => setTimeout(resolve, 150));
            return 'whole';
          },
        },
        fast,
      );
      await eventually(() => started);
      await worker.stop(5_000);
      expect(await queue.get(job.id)).toMatchObject({ state: 'done', result: 'whole' });
      expect(await queue.get(waits.id)).toMatchObject({ state: 'waiting', attempt: 0 });
    });

    it('aborts jobs that do not finish before a worker stops, and returns them to the queue', async () => {
      const job = await queue.add('endless', null, { maxAttempts: 1 });
      let reason: unknown;
      const worker = queue.work(
        {
          endless: (_, { signal }) =>
            new Promise((__, reject) => {
              signal.addEventListener('abort', () => {
                reason = signal.reason;
                reject(new Error('stopped'));
              });
            }),
        },
        fast,
      );
      await eventually(async () => (await queue.get(job.id))?.state === 'active');
      await worker.stop(20);
      expect(reason).toMatchObject({ code: 'UNAVAILABLE' });
      expect(await queue.get(job.id)).toMatchObject({ state: 'waiting', attempt: 0 });
      queue.work({ endless: echo }, fast);
      expect(await ended(job)).toMatchObject({ attempt: 1 });
    });

    it('rejects invalid options and names', async () => {
      const rejection = { code: 'INVALID_INPUT' };
      await expect(queue.add('', null)).rejects.toMatchObject(rejection);
      await expect(queue.add('a', null, { maxAttempts: 0 })).rejects.toMatchObject(rejection);
      await expect(queue.add('a', null, { delayMs: -1 })).rejects.toMatchObject(rejection);
      await expect(queue.add('a', null, { priority: 0.5 })).rejects.toMatchObject(rejection);
      await expect(
        queue.schedule({ id: 's', kind: 'a', payload: null, cron: 'every day' }),
      ).rejects.toMatchObject(rejection);
    });

    it('fires a schedule, which replaces the one of the same name', async () => {
      const other = await again();
      const seen: unknown[] = [];
      const handlers = { tick: noteIn(seen) };
      await queue.schedule({ id: 'every', kind: 'tick', payload: 'old', cron: '* * * * * *' });
      await queue.schedule({ id: 'every', kind: 'tick', payload: 'new', cron: '* * * * * *' });
      queue.work(handlers, fast);
      other.work(handlers, fast);
      await eventually(() => seen.length >= 2);
      await queue.unschedule('every');
      const count = seen.length;
      expect(count).toBeLessThanOrEqual(3);
      await new Promise((resolve) => setTimeout(resolve, 1_300));
      expect(seen.length).toBeLessThanOrEqual(count + 1);
      expect(new Set(seen)).toEqual(new Set(['new']));
    });

    it('answers a ping, and can be closed twice', async () => {
      await queue.ping();
      queue.work({ echo }, fast);
      await queue.close();
      await queue.close();
    });
  });
}
