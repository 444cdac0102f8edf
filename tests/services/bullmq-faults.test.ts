import { Redis } from 'ioredis';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { JobHandler, Queue } from '../../platform/queue/queue.ts';
import { eventually } from '../conformance/tools.ts';
import { jumpPackage, openFixture } from '../serving/fixture.ts';
import { fast, openQueue, timed, unavailable } from './bullmq-queues.ts';
import { hasProgram, type OwnService, startProxy, startService } from './real.ts';

/** Callers wait a second at most; this leaves time for a busy machine. */
const REJECTED_MS = 3_000;
const HEALED_MS = 25_000;
const REFILLED_MS = 60_000;

describe.skipIf(!hasProgram('redis-server'))('a queue on a failing Redis (needs redis-server)', () => {
  let redis: OwnService;
  beforeAll(async () => {
    redis = await startService('redis');
  });
  afterAll(() => redis.stop());

  const states = async (queue: Queue) => (({ done, dead }) => ({ done, dead }))(await queue.counts());

  it.each(['cut', 'slow', 'reset'] as const)(
    'rejects jobs promptly while the connection is %s, and loses none that it accepted',
    async (fault) => {
      const proxy = await startProxy(redis.port);
      onTestFinished(() => proxy.close());
      const { queue, note, runs } = openQueue(`redis://127.0.0.1:${proxy.port}`);
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
      await queue.add('note', 'second', { dependsOn: [first.id] });
      await eventually(async () => (await queue.get(first.id))?.state === 'active');

      if (fault === 'cut') await proxy.cut();
      else if (fault === 'slow') proxy.slow(2_000);
      else proxy.reset();
      for (let i = 0; i < 3; i++) {
        const { answer, ms } = await timed(queue.add('note', `during ${i}`));
        expect(ms).toBeLessThan(REJECTED_MS);
        if (answer) expect(answer).toMatchObject(unavailable);
        if (fault !== 'reset') expect(answer).toBeDefined();
      }
      // A job in progress finishes, and the job that depends on it runs later.
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

  it('does not affect predictions while Redis is unreachable', async () => {
    const proxy = await startProxy(redis.port);
    onTestFinished(() => proxy.close());
    const { queue } = openQueue(`redis://127.0.0.1:${proxy.port}`);
    const fixture = openFixture();
    onTestFinished(() => fixture.close());
    await fixture.promote('jumps', await jumpPackage());
    const app = fixture.app({ queue });
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

  it('enqueues every waiting job again after FLUSHALL, and runs none twice', async () => {
    const own = await startService('redis');
    onTestFinished(() => own.stop());
    const { queue, connect, note, runs } = openQueue(own.url);
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
    await queue.add('note', 'parent', { dependsOn: [held.id] });
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
    const later = (await queue.list({ kind: 'note' }, 1_000)).filter(
      ({ payload }) => payload === 'scheduled later',
    );
    expect(runs.filter((payload) => payload === 'scheduled later')).toHaveLength(later.length);
    expect((await queue.counts()).dead).toBe(0);
  });

  it('loses no accepted job when Redis is killed with unwritten data', async () => {
    const own = await startService('redis');
    onTestFinished(() => own.stop());
    const { queue, note, runs } = openQueue(own.url);
    for (let i = 0; i < 30; i++) await queue.add('note', i);
    await own.kill();
    const { answer, ms } = await timed(queue.add('note', 'rejected'));
    expect(answer).toMatchObject(unavailable);
    expect(ms).toBeLessThan(REJECTED_MS);
    await own.restart();
    queue.work({ note }, fast);
    await eventually(async () => (await queue.counts()).done === 30, REFILLED_MS);
    expect([...runs].sort()).toEqual(Array.from({ length: 30 }, (_, i) => i).sort());
  });
});
