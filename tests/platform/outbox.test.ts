import { describe, expect, it, onTestFinished } from 'vitest';
import { type Clock, manualClock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { Channel, News } from '../../platform/notify/channel.ts';
import { type Message, notifyAll } from '../../platform/notify/notify.ts';
import { openOutbox } from '../../platform/notify/outbox/outbox.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { message } from '../conformance/notify.ts';

const START = Date.parse('2026-03-01T08:00:00Z');
const HOUR = 3_600_000;
const quiet = { info() {}, warn() {}, error() {} };

/** A service in this process, which notes what it was told and when. */
function service(now: () => number) {
  const told: (News & { at: number })[] = [];
  let failure: TouchlineError | undefined;
  let attempts = 0;
  const channel: Channel = {
    name: 'service',
    async tell(news) {
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

const away = (retryAfter?: number) =>
  new TouchlineError('UNAVAILABLE', 'away', { details: retryAfter ? { retry_after: retryAfter } : {} });

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
  it('tells what opens, gets worse and is over, and merges the rest', async () => {
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

  it('tells once of each incident after an hour without the service, as it is then, the oldest first', async () => {
    const { outbox, clock, told, kinds, fail, attempts } = setup();
    await outbox.send(message({ incident: 'known' }));
    await clock.advance(1_000);
    fail(away());
    for (let minute = 0; minute < 60; minute++) {
      for (const incident of ['known', 'a', 'b'])
        await outbox.send(message({ incident, title: `${minute}` }));
      if (minute === 20) await outbox.send(message({ incident: 'a', severity: 'critical' }));
      if (minute > 40) await outbox.send(message({ incident: 'b', status: 'resolved', title: 'b is over' }));
      await clock.advance(60_000);
    }
    expect(told).toHaveLength(1);
    // About one a minute: six while it doubles, then 59 minutes of 45 seconds each.
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

  it('waits as long as the service asks', async () => {
    const { outbox, clock, attempts, fail, told } = setup();
    fail(away(120));
    await outbox.send(message());
    await clock.advance(119_000);
    await outbox.send(message({ incident: 'another' }));
    await clock.advance(500);
    expect(attempts()).toBe(1);
    fail(undefined);
    await clock.advance(1_000);
    expect(told).toHaveLength(2);
  });

  it('lets a refused message go, and goes on', async () => {
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

  it('delivers what a dead process left, once its lease is over', async () => {
    const { clock, outbox, open, store, told } = setup();
    const crashing = manualClock(START);
    const hanging: Channel = {
      name: 'service',
      tell: () => new Promise(() => {}),
      async ping() {},
      async close() {},
    };
    await outbox.close();
    await open(hanging, crashing).send(message());
    // The clock of the crashed process stops, and with it everything that the process does.
    await crashing.advance(1);
    const heir = open();
    onTestFinished(() => heir.close());
    await clock.advance(29_000);
    expect(told).toHaveLength(0);
    await clock.advance(6_000);
    expect(told).toHaveLength(1);
    expect(await store.collection('outbox').count({ due: { gte: 0 } })).toBe(0);
  });

  it('hears news that come while it delivers', async () => {
    const { clock, outbox, open, store } = setup();
    await outbox.close();
    let answer = () => {};
    const told: string[] = [];
    const slow = open({
      name: 'service',
      tell: ({ kind }) =>
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

  it('keeps others from delivering for as long as a slow delivery takes', async () => {
    const { clock, outbox, open, told } = setup();
    await outbox.close();
    const slow = open({
      name: 'service',
      tell: () => new Promise((resolve) => clock.after(5 * 60_000, resolve)),
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

  it('remembers what it told, even if a message without news came while it delivered', async () => {
    const { clock, outbox, open, store } = setup();
    await outbox.close();
    const told: string[] = [];
    let finish = () => {};
    const slow = open({
      name: 'service',
      tell: ({ kind }) =>
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
    // Open as before, as far as the channel was told: no news, unless the resolution counts.
    await tell({ status: 'open' });
    for (let i = 0; i < 2; i++) {
      finish();
      await clock.advance(5_000);
    }
    expect(told).toEqual(['opened', 'resolved', 'opened']);
    expect(await store.collection('outbox').count({ due: { gte: 0 } })).toBe(0);
  });

  it('tells each thing once, however many processes share the store', async () => {
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

  it('goes on when the store was away', async () => {
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

  it('makes links to the pages absolute, and leaves them out where nobody could follow them', async () => {
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

describe('several ways to notify', () => {
  it('are one: a message is safe once it is safe everywhere', async () => {
    const sent: string[] = [];
    const way = (name: string, fails = false) => ({
      name,
      async send() {
        if (fails) throw away();
        sent.push(name);
      },
      async ping() {
        if (fails) throw new TouchlineError('UNAVAILABLE', `${name} is away`);
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
    await expect(broken.send(message())).rejects.toThrow('away');
    await expect(broken.ping()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'b is away c is away',
    });
  });
});
