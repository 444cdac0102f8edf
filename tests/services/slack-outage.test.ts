import { describe, expect, it, onTestFinished } from 'vitest';
import type { Message } from '../../platform/notify/notify.ts';
import { openOutbox } from '../../platform/notify/outbox/outbox.ts';
import { slackChannel } from '../../platform/notify/slack/channel.ts';
import { openMongoStore } from '../../platform/store/mongodb/store.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { message } from '../conformance/notify.ts';
import { eventually } from '../conformance/tools.ts';
import { freshDatabase } from './mongodb-database.ts';
import { recorder, settled } from './outbox-tools.ts';
import { serviceUrl } from './real.ts';
import { slackStandIn } from './slack-stand-in.ts';

describe('an outbox while Slack is unavailable', () => {
  async function setup() {
    const slack = await slackStandIn();
    const store = openSqliteStore({ path: ':memory:' });
    const { log, text } = recorder();
    const channel = slackChannel(slack.url, { timeoutMs: 300 });
    const notify = openOutbox({ store, channel, log, pollMs: 100 });
    onTestFinished(() => notify.close());
    return { slack, store, notify, text };
  }

  it('never blocks senders, and delivers each incident once after Slack recovers', async () => {
    const { slack, store, notify, text } = await setup();
    const send = (more: Partial<Message>) => notify.send(message(more));
    for (const outage of ['hang', { status: 500 }, { status: 503, body: slack.url }] as const) {
      slack.behave(outage);
      const before = slack.attempts();
      for (let round = 0; round < 3; round++)
        for (let i = 0; i < 4; i++)
          await send({ incident: `drift:${i}`, title: `Drift ${i}, round ${round}` });
      await send({ incident: 'drift:0', severity: 'critical' });
      await send({ incident: 'drift:1', status: 'resolved' });
      await eventually(() => slack.attempts() > before);
    }
    // Every send has resolved, although nothing could be delivered.
    expect(slack.posts).toEqual([]);
    slack.behave('ok');
    await settled(store);
    expect(slack.posts.map(({ incident, text: posted }) => [incident, posted.split(':')[0]]).sort()).toEqual([
      ['drift:0', '*Critical'],
      ['drift:1', '*Resolved'],
      ['drift:2', '*Warning'],
      ['drift:3', '*Warning'],
    ]);
    expect(text().match(/"msg":"messages wait/g)).toHaveLength(1);
    expect(text()).toContain('messages are delivered again');
    expect(text()).not.toContain('verysecret');
  }, 60_000);

  it('retries no earlier than Slack asks', async () => {
    const { slack, store, notify } = await setup();
    slack.behave({ status: 429, headers: { 'Retry-After': '2' } });
    const begun = performance.now();
    await notify.send(message());
    await eventually(() => slack.attempts() === 1);
    slack.behave('ok');
    await notify.send(message({ incident: 'another' }));
    await settled(store);
    expect(performance.now() - begun).toBeGreaterThan(1_990);
    expect(slack.attempts()).toBe(3);
  });

  it('delivers other messages after Slack rejected one', async () => {
    const { slack, store, notify, text } = await setup();
    slack.behave({ status: 400, body: 'invalid_blocks' });
    await notify.send(message({ incident: 'rejected' }));
    await settled(store);
    slack.behave('ok');
    await notify.send(message({ incident: 'accepted' }));
    await settled(store);
    expect(slack.posts.map(({ incident }) => incident)).toEqual(['accepted']);
    expect(text()).toContain('the channel rejected the message');
  });

  it('delivers the last message of a command that ends, but does not delay its end for long', async () => {
    const { slack, store, notify } = await setup();
    await notify.send(message());
    await notify.close();
    expect(slack.posts).toHaveLength(1);
    slack.behave('hang');
    const { log } = recorder();
    const other = openOutbox({ store, channel: slackChannel(slack.url), log });
    await other.send(message({ incident: 'another' }));
    const begun = performance.now();
    await other.close();
    expect(performance.now() - begun).toBeLessThan(4_000);
    expect(await store.collection('outbox').count({ due: { lte: Date.now() } })).toBe(1);
  });
});

const mongodb = serviceUrl('mongodb');

describe.skipIf(!mongodb)('outboxes on MongoDB (needs scripts/services.sh start mongodb)', () => {
  it('deliver each message once, whichever process sent it', async () => {
    const slack = await slackStandIn();
    const url = freshDatabase(mongodb!);
    const { log } = recorder();
    const all = Array.from({ length: 3 }, () => {
      const store = openMongoStore({ url });
      const notify = openOutbox({ store, channel: slackChannel(slack.url), log, pollMs: 100 });
      onTestFinished(async () => {
        await notify.close();
        await store.close();
      });
      return { store, notify };
    });
    slack.behave({ status: 503 });
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => all[i % 3].notify.send(message({ incident: `drift:${i % 20}` }))),
    );
    slack.behave('ok');
    await settled(all[0].store);
    expect(slack.posts.map(({ incident }) => incident).sort()).toEqual(
      Array.from({ length: 20 }, (_, i) => `drift:${i}`).sort(),
    );
  }, 30_000);
});
