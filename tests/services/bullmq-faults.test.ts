import { createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { openBullmqQueue } from '../../platform/queue/bullmq.ts';
import type { JobHandler, Queue } from '../../platform/queue/queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite.ts';
import { eventually, temporaryFolder } from '../conformance/tools.ts';
import { jumpPackage, openWorld } from '../serving/fixture.ts';
import { freePort, hasProgram, type OwnService, startProxy, startService } from './real.ts';

const HEALED_MS = 25_000;
const REFILLED_MS = 60_000;
const fast = { pollMs: 20, leaseMs: 3_000 };

describe.skipIf(!hasProgram('redis-server'))('a Redis that fails', () => {
  let redis: OwnService;
  beforeAll(async () => {
    redis = await startService('redis');
  });
  afterAll(() => redis.stop());

  /** A queue of its own, and what becomes of its jobs; `other` is a second process. */
  function open(url: string, prefix = `t${Math.random().toString(36).slice(2)}`) {
    const path = join(temporaryFolder(), 'touchline.db');
    const runs: unknown[] = [];
    const note: JobHandler = async (payload) => runs.push(payload);
    const connect = (to = url, more: Partial<Parameters<typeof openBullmqQueue>[0]> = {}): Queue => {
      const store = openSqliteStore({ path });
      const queue = openBullmqQueue({ url: to, prefix, store, ...more });
      onTestFinished(async () => {
        await queue.close();
        await store.close();
      });
      return queue;
    };
    return { queue: connect(), connect, note, runs, prefix };
  }

  const timed = async (work: Promise<unknown>) => {
    const began = performance.now();
    const answer = await work.then(
      () => undefined,
      (error) => error,
    );
    return { answer, ms: performance.now() - began };
  };
  const unavailable = { code: 'UNAVAILABLE', details: { setting: 'TOUCHLINE_QUEUE' } };
  const states = async (queue: Queue) => (({ done, dead }) => ({ done, dead }))(await queue.counts());

  it.each(['cut', 'slow', 'reset'] as const)(
    'refuses within a second while the line is %s, loses nothing, and is well again after it',
    async (fault) => {
      const proxy = await startProxy(redis.port);
      onTestFinished(() => proxy.close());
      const { queue, note, runs } = open(`redis://127.0.0.1:${proxy.port}`);
      let release = () => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const held: JobHandler = async (payload) => {
        await gate;
        return runs.push(payload);
      };
      queue.work({ note, held }, { ...fast, concurrency: 2 });
      const first = await queue.add('held', 'first');
      await queue.add('note', 'second', { after: [first.id] });
      await eventually(async () => (await queue.get(first.id))?.state === 'active');

      if (fault === 'cut') await proxy.cut();
      else if (fault === 'slow') proxy.slow(2_000);
      else proxy.reset();
      for (let i = 0; i < 3; i++) {
        const { answer, ms } = await timed(queue.add('note', `during ${i}`));
        expect(ms).toBeLessThan(1_000);
        if (answer) expect(answer).toMatchObject(unavailable);
        if (fault !== 'reset') expect(answer).toBeDefined();
      }
      // A run under way ends, and what waited for it is not forgotten.
      release();
      await eventually(async () => (await queue.get(first.id))?.state === 'done');
      const accepted = Object.values(await queue.counts()).reduce((sum, count) => sum + count);

      const healed = performance.now();
      await proxy.heal();
      await eventually(
        async () => !(await timed(queue.add('note', 'after', { key: 'after' }))).answer,
        HEALED_MS,
      );
      await eventually(async () => (await queue.counts()).done === accepted + 1, HEALED_MS);
      expect(performance.now() - healed).toBeLessThan(HEALED_MS);
      expect(runs).toHaveLength(accepted + 1);
      expect(new Set(runs).size).toBe(runs.length);
      expect(await states(queue)).toEqual({ done: accepted + 1, dead: 0 });
    },
  );

  it('goes on predicting while Redis is cut off', async () => {
    const proxy = await startProxy(redis.port);
    onTestFinished(() => proxy.close());
    const { queue } = open(`redis://127.0.0.1:${proxy.port}`);
    const world = openWorld();
    onTestFinished(() => world.close());
    await world.crown('jumps', await jumpPackage());
    const app = world.app({ queue });
    await app.start();
    await queue.ping();
    await proxy.cut();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        request(app.express)
          .post('/v1/jumps/score')
          .send({ angles: [80, 90], side: 'left' }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    await request(app.express).get('/health/ready').expect(200);
  });

  it('puts every unfinished job in line again after FLUSHALL, and runs none twice', async () => {
    const own = await startService('redis');
    onTestFinished(() => own.stop());
    const { queue, connect, note, runs } = open(own.url);
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let failures = 0;
    const worker = connect();
    const handlers: Record<string, JobHandler> = {
      note,
      held: async (payload) => {
        await gate;
        return runs.push(payload);
      },
      fails: async (payload) => {
        if (failures++ === 0) throw new Error('not yet');
        return runs.push(payload);
      },
    };
    const stopped = worker.work(handlers, { ...fast, concurrency: 4 });
    const held = await queue.add('held', 'held');
    await queue.add('fails', 'fails', { backoffMs: 4_000 });
    await queue.add('note', 'parent', { after: [held.id] });
    await queue.add('note', 'delayed', { delayMs: 3_000 });
    await queue.schedule({ id: 'often', kind: 'note', payload: 'scheduled', cron: '* * * * * *' });
    await eventually(async () => failures === 1 && (await queue.get(held.id))?.state === 'active');
    await queue.unschedule('often');
    await queue.schedule({ id: 'later', kind: 'note', payload: 'scheduled later', cron: '*/3 * * * * *' });
    for (let i = 0; i < 40; i++) await queue.add('idle', i, { key: `idle ${i}`, priority: i });

    const client = new Redis(own.url);
    await client.flushall();
    await client.quit();
    const flushed = performance.now();
    connect().work({ idle: note }, fast);
    release();
    await eventually(async () => {
      const { waiting, failed, blocked, active } = await queue.counts();
      return waiting + failed + blocked + active === 0 && runs.includes('scheduled later');
    }, REFILLED_MS);
    expect(performance.now() - flushed).toBeLessThan(REFILLED_MS);
    await queue.unschedule('later');
    await stopped.stop();
    const once = runs.filter((payload) => !String(payload).startsWith('scheduled'));
    expect([...once].sort()).toEqual(
      ['held', 'fails', 'parent', 'delayed', ...Array.from({ length: 40 }, (_, i) => i)].sort(),
    );
    // Every schedule's time made one job.
    expect((await queue.counts()).dead).toBe(0);
  });

  it('loses no accepted job when Redis is killed, with what it had not written', async () => {
    const own = await startService('redis');
    onTestFinished(() => own.stop());
    const { queue, note, runs } = open(own.url);
    for (let i = 0; i < 30; i++) await queue.add('note', i);
    await own.kill();
    const { answer, ms } = await timed(queue.add('note', 'away'));
    expect(answer).toMatchObject(unavailable);
    expect(ms).toBeLessThan(1_000);
    await own.restart();
    queue.work({ note }, fast);
    await eventually(async () => (await queue.counts()).done === 30, REFILLED_MS);
    expect([...runs].sort()).toEqual(Array.from({ length: 30 }, (_, i) => i).sort());
  });

  describe('says what to do about', () => {
    const refusal = async (url: string) => {
      const { queue } = open(url);
      const { answer, ms } = await timed(queue.ping());
      expect(answer).toMatchObject(unavailable);
      expect(ms).toBeLessThan(6_000);
      expect(answer.message).not.toContain('s3cret');
      expect(await timed(queue.add('note', 1))).toMatchObject({ answer: unavailable });
      return answer.message as string;
    };

    it('a wrong address', async () => {
      const port = await freePort();
      expect(await refusal(`redis://:s3cret@127.0.0.1:${port}`)).toMatch(
        new RegExp(`Redis at 127.0.0.1:${port}: nothing listens there.*TOUCHLINE_QUEUE`),
      );
      expect(await refusal('redis://no-such-host.invalid')).toMatch(/no such host.*TOUCHLINE_QUEUE/);
      expect(() => open('redis:nothing')).toThrowError(expect.objectContaining({ code: 'INVALID_CONFIG' }));
    });

    it('a password that is missing or wrong, and a user who may not', async () => {
      const own = await startService('redis');
      onTestFinished(() => own.stop());
      const client = new Redis(own.url);
      await client.acl('SETUSER', 'reader', 'on', '>pass', '~*', '+@read', '+info', '+client');
      await client.config('SET', 'requirepass', 'right');
      await client.quit();
      const at = `127.0.0.1:${own.port}`;
      expect(await refusal(`redis://${at}`)).toMatch(/wants a password.*TOUCHLINE_QUEUE/);
      expect(await refusal(`redis://:s3cret@${at}`)).toMatch(
        /refuses the user or the password.*TOUCHLINE_QUEUE/,
      );
      const { answer } = await timed(open(`redis://reader:pass@${at}`).queue.add('note', 1));
      expect(answer).toMatchObject({ ...unavailable, message: expect.stringMatching(/may not do this/) });
      const { queue } = open(`redis://:right@${at}`);
      await queue.ping();
    });

    it('TLS where there is none', async () => {
      expect(await refusal(`rediss://:s3cret@127.0.0.1:${redis.port}`)).toMatch(
        /speaks TLS if TOUCHLINE_QUEUE says rediss:/,
      );
    });

    it('a database that is not there', async () => {
      expect(await refusal(`redis://127.0.0.1:${redis.port}/99`)).toMatch(
        /no such database.*TOUCHLINE_QUEUE/,
      );
    });

    it('a Redis that drops keys under pressure', async () => {
      const own = await startService('redis');
      onTestFinished(() => own.stop());
      const client = new Redis(own.url);
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await client.quit();
      const { answer } = await timed(open(own.url).queue.ping());
      expect(answer).toMatchObject({ ...unavailable, message: expect.stringMatching(/noeviction/) });
    });

    it('a clock that goes wrong, and takes no job by it', async () => {
      const { queue, connect, note, runs } = open(redis.url);
      const clock = { ...systemClock, now: () => Date.now() + 30_000 };
      const errors: string[] = [];
      const skewed = connect(redis.url, { clock, onError: ({ message }) => errors.push(message) });
      const { answer } = await timed(skewed.ping());
      expect(answer).toMatchObject({
        ...unavailable,
        message: expect.stringMatching(/clock that is 30 s away/),
      });
      const held = await queue.add('held', null);
      queue.work({ held: () => new Promise((resolve) => setTimeout(() => resolve(null), 500)) }, fast);
      await eventually(async () => (await queue.get(held.id))?.state === 'active');
      skewed.work({ held: note }, fast);
      await eventually(async () => (await queue.get(held.id))?.state === 'done');
      expect(runs).toEqual([]);
      expect(errors).toEqual([expect.stringMatching(/clock that is 30 s away/)]);
    });

    it('a Redis that serves another store, whose jobs it leaves alone', async () => {
      const { queue, note, runs, prefix } = open(redis.url);
      const job = await queue.add('note', 'mine');
      const other = open(redis.url, prefix);
      const { answer } = await timed(other.queue.add('note', 'theirs'));
      expect(answer).toMatchObject({ ...unavailable, message: expect.stringMatching(/another store.*\/1/) });
      const stopped = other.queue.work({ note: other.note }, fast);
      queue.work({ note }, fast);
      await eventually(async () => (await queue.get(job.id))?.state === 'done');
      await stopped.stop(0);
      expect([runs, other.runs]).toEqual([['mine'], []]);
    });

    it('a Redis that is too old', async () => {
      // It answers as version 5 does; no such server can be had any more.
      const info = '# Server\r\nredis_version:5.0.14\r\nmaxmemory_policy:noeviction\r\n';
      const old = createServer((socket) => {
        socket.on('data', (bytes) => {
          for (const [, name] of String(bytes).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
            socket.write(name.toLowerCase() === 'info' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
        });
      });
      const port = await freePort();
      await new Promise<void>((resolve) => old.listen(port, '127.0.0.1', resolve));
      onTestFinished(() => void old.close());
      const { answer } = await timed(open(`redis://127.0.0.1:${port}`).queue.ping());
      expect(answer).toMatchObject({
        ...unavailable,
        message: expect.stringMatching(/version 5\.0\.14.*6\.2/),
      });
    });
  });
});
