import { describe, expect, it, onTestFinished } from 'vitest';
import type { Clock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { Channel, News } from '../../platform/notify/channel.ts';
import { type Message, notifyAll } from '../../platform/notify/notify.ts';
import { openOutbox } from '../../platform/notify/outbox/outbox.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { message } from '../conformance/notify.ts';
import { manualClock } from './manual-clock.ts';

const START = Date.parse('2026-03-01T08:00:00Z');
const HOUR = 3_600_000;
const quiet = { info() {}, warn() {}, error() {} };

/** A channel in this process that records what was delivered and when. */
function service(now: () => number) {
  const told: (News & { at: number })[] = [];
  let failure: TouchlineError | undefined;
  let attempts = 0;
  const channel: Channel = {
    name: 'service',
    async deliver(news) {
      attempts++;
      if (failure) throw failure;
      told.push({ ...news, at: now() });
    },
    async ping() {},
    async close() {},
  };
  return {
    channel,
    told,
    attempts: () => attempts,
    fail: (error: TouchlineError | undefined) => {
      failure = error;
    },
  };
}

const unavailable = (retryAfter?: number) =>
  new TouchlineError('UNAVAILABLE', 'no service', { details: retryAfter ? { retry_after: retryAfter } : {} });

function setup(options: { publicUrl?: string; pollMs?: number } = {}) {
  const clock = manualClock(START);
  const store = openSqliteStore({ path: ':memory:' });
  const other = service(clock.now);
  const open = (channel = other.channel, itsClock: Clock = clock) =>
    openOutbox({ store, channel, log: quiet, clock: itsClock, random: () => 0.5, ...options });
  const outbox = open();
  onTestFinished(() => outbox.close());
  const kinds = () => other.told.map(({ kind, message: { incident } }) => `${incident} ${kind}`);
  return { clock, store, ...other, outbox, open, kinds };
}

describe('an outbox', () => {
  it('delivers what opens, gets worse or is resolved, and merges the rest', async () => {
    const { outbox, clock, told, kinds } = setup();
    for (const severity of ['warning', 'warning', 'info', 'critical', 'warning', 'critical'] as const) {
      await outbox.send(message({ severity }));
      await clock.advance(1_000);
    }
    for (let i = 0; i < 2; i++) await outbox.send(message({ status: 'resolved' }));
    await clock.advance(1_000);
    await outbox.send(message());
    await clock.advance(1_000);
    expect(kinds()).toEqual([
      'drift:shots opened',
      'drift:shots worse',
      'drift:shots resolved',
      'drift:shots opened',
    ]);
    expect(told.map(({ messages, first }) => [messages, first])).toEqual([
      [1, true],
      [4, false],
      [8, false],
      [9, false],
    ]);
  });

  it('delivers the latest state of each incident once after an outage of the channel, oldest first', async () => {
    const { outbox, clock, told, kinds, fail, attempts } = setup();
    await outbox.send(message({ incident: 'known' }));
    await clock.advance(1_000);
    fail(unavailable());
    for (let minute = 0; minute < 60; minute++) {
      for (const incident of ['known', 'a', 'b'])
        await outbox.send(message({ incident, title: `${minute}` }));
      if (minute === 20) await outbox.send(message({ incident: 'a', severity: 'critical' }));
      if (minute > 40) await outbox.send(message({ incident: 'b', status: 'resolved', title: 'b is over' }));
      await clock.advance(60_000);
    }
    expect(told).toHaveLength(1);
    // Six attempts while the back-off doubles, then one every 45 seconds for 59 minutes.
    expect(attempts()).toBeGreaterThan(60);
    expect(attempts()).toBeLessThan(95);
    fail(undefined);
    const back = clock.now();
    await clock.advance(60_000);
    expect(kinds()).toEqual(['known opened', 'a opened', 'b resolved']);
    expect(told[1]).toMatchObject({ messages: 61, message: { title: '59' } });
    expect(told[2]).toMatchObject({ first: true, message: { title: 'b is over' } });
    expect(told[2].at - back).toBeLessThanOrEqual(60_000);
    await clock.advance(HOUR);
    expect(told).toHaveLength(3);
  });

  it('waits as long as the channel asks before it retries', async () => {
    const { outbox, clock, attempts, fail, told } = setup();
    fail(unavailable(120));
    await outbox.send(message());
    await clock.advance(119_000);
    await outbox.send(message({ incident: 'another' }));
    await clock.advance(500);
    expect(attempts()).toBe(1);
    fail(undefined);
    await clock.advance(1_000);
    expect(told).toHaveLength(2);
  });

  it('drops a rejected message, and continues', async () => {
    const { outbox, clock, fail, kinds, attempts } = setup();
    fail(new TouchlineError('INVALID_INPUT', 'never'));
    await outbox.send(message({ incident: 'refused' }));
    await clock.advance(60_000);
    fail(undefined);
    await outbox.send(message({ incident: 'taken' }));
    await clock.advance(60_000);
    expect(kinds()).toEqual(['taken opened']);
    expect(attempts()).toBe(2);
  });

  it('delivers what a crashed process left, once its lease has expired', async () => {
    const { clock, outbox, open, store, told } = setup();
    const crashing = manualClock(START);
    const hanging: Channel = {
      name: 'service',
      deliver: () => new Promise(() => {}),
      async ping() {},
      async close() {},
    };
    await outbox.close();
    await open(hanging, crashing).send(message());
    // The clock of the crashed process stops, and with it everything that the process does.
    await crashing.advance(1);
    const other = open();
    onTestFinished(() => other.close());
    await clock.advance(29_000);
    expect(told).toHaveLength(0);
    await clock.advance(6_000);
    expect(told).toHaveLength(1);
    expect(await store.collection('outbox').count({ due: { gte: 0 } })).toBe(0);
  });

  it('delivers news that arrive during a delivery', async () => {
    const { clock, outbox, open, store } = setup();
    await outbox.close();
    let answer = () => {};
    const told: string[] = [];
    const slow = open({
      name: 'service',
      deliver: ({ kind }) =>
        new Promise((resolve) => {
          told.push(kind);
          answer = resolve;
        }),
      async ping() {},
      async close() {},
    });
    onTestFinished(() => slow.close());
    await slow.send(message());
    await clock.advance(1);
    await slow.send(message({ status: 'resolved' }));
    answer();
    await clock.advance(1);
    answer();
    await clock.advance(1);
    expect(told).toEqual(['opened', 'resolved']);
    expect(await store.collection('outbox').count({ due: { gte: 0 } })).toBe(0);
  });

  it('renews its lease during a slow delivery, so that no other process delivers', async () => {
    const { clock, outbox, open, told } = setup();
    await outbox.close();
    const slow = open({
      name: 'service',
      deliver: () => new Promise((resolve) => clock.after(5 * 60_000, resolve)),
      async ping() {},
      async close() {},
    });
    const other = open();
    onTestFinished(() => other.close());
    await slow.send(message());
    await clock.advance(6 * 60_000);
    expect(told).toEqual([]);
    await slow.close();
  });

  it('records what was delivered even if a message without news arrived during the delivery', async () => {
    const { clock, outbox, open, store } = setup();
    await outbox.close();
    const told: string[] = [];
    let finish = () => {};
    const slow = open({
      name: 'service',
      deliver: ({ kind }) =>
        new Promise((resolve) => {
          told.push(kind);
          finish = resolve;
        }),
      async ping() {},
      async close() {},
    });
    onTestFinished(() => slow.close());
    const tell = async (more: Partial<Message>) => {
      await slow.send(message(more));
      await clock.advance(1);
    };
    await tell({});
    finish();
    await clock.advance(1);
    await tell({ status: 'resolved' });
    // Compared with what is recorded so far this is no news, but it is after the resolution.
    await tell({ status: 'open' });
    for (let i = 0; i < 2; i++) {
      finish();
      await clock.advance(5_000);
    }
    expect(told).toEqual(['opened', 'resolved', 'opened']);
    expect(await store.collection('outbox').count({ due: { gte: 0 } })).toBe(0);
  });

  it('delivers each message once, however many processes share the store', async () => {
    const { clock, outbox, open, told } = setup();
    const all = [outbox, ...Array.from({ length: 4 }, () => open())];
    for (const one of all) onTestFinished(() => one.close());
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => all[i % all.length].send(message({ incident: `i${i % 20}` }))),
    );
    await clock.advance(20_000);
    expect(told.map(({ message: { incident } }) => incident).sort()).toEqual(
      Array.from({ length: 20 }, (_, i) => `i${i}`).sort(),
    );
  });

  it('continues after an outage of the store', async () => {
    const clock = manualClock(START);
    const store = openSqliteStore({ path: ':memory:' });
    const { channel, told } = service(clock.now);
    let broken = false;
    const warnings: string[] = [];
    const flaky: typeof store = {
      ...store,
      collection: (name, options) => {
        const collection = store.collection<never>(name, options);
        const find: typeof collection.find = (...args) =>
          broken ? Promise.reject(new TouchlineError('UNAVAILABLE', 'no store')) : collection.find(...args);
        return { ...collection, find } as never;
      },
    };
    const log = { ...quiet, warn: (_: object, text: string) => warnings.push(text) };
    const outbox = openOutbox({ store: flaky, channel, log: log as never, clock });
    onTestFinished(() => outbox.close());
    broken = true;
    await outbox.send(message());
    await clock.advance(60_000);
    expect(told).toHaveLength(0);
    expect(warnings).toHaveLength(1);
    broken = false;
    await clock.advance(5_000);
    expect(told).toHaveLength(1);
  });

  it('makes links to the pages absolute, and omits them without a public address', async () => {
    const links = [
      { label: 'Shots', url: '/#shots' },
      { label: 'Query', url: 'http://prometheus/graph' },
    ];
    const open = setup({ publicUrl: 'https://touchline.example/' });
    await open.outbox.send(message({ links }));
    await open.clock.advance(1);
    expect(open.told[0].message.links).toEqual([
      { label: 'Shots', url: 'https://touchline.example/#shots' },
      links[1],
    ]);
    const closed = setup();
    await closed.outbox.send(message({ links }));
    await closed.clock.advance(1);
    expect(closed.told[0].message.links).toEqual([links[1]]);
  });
});

describe('notifyAll', () => {
  it('succeeds once every way has accepted the message, and reports all that fail', async () => {
    const sent: string[] = [];
    const way = (name: string, fails = false) => ({
      name,
      async send() {
        if (fails) throw unavailable();
        sent.push(name);
      },
      async ping() {
        if (fails) throw new TouchlineError('UNAVAILABLE', `${name} is unavailable`);
      },
      async close() {},
    });
    const both = notifyAll([way('a'), way('b')]);
    expect(both.name).toBe('a, b');
    await both.send(message());
    expect(sent.sort()).toEqual(['a', 'b']);
    await both.ping();
    await both.close();
    const broken = notifyAll([way('a'), way('b', true), way('c', true)]);
    await expect(broken.send(message())).rejects.toThrow('no service');
    await expect(broken.ping()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'b is unavailable c is unavailable',
    });
  });
});
