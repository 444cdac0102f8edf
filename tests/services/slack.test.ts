import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { alertFor } from '../../monitoring/alert.ts';
import { openAlerts } from '../../monitoring/alerts.ts';
import { driftReport } from '../../monitoring/drift-report.ts';
import type { DriftSide } from '../../monitoring/drift-sides.ts';
import { loadConfig } from '../../platform/load-config.ts';
import { createLog } from '../../platform/log.ts';
import type { Message } from '../../platform/notify/notify.ts';
import { openOutbox } from '../../platform/notify/outbox.ts';
import { slackChannel } from '../../platform/notify/slack.ts';
import { slackMessage } from '../../platform/notify/slack-message.ts';
import { openPlatform } from '../../platform/open.ts';
import { seeded } from '../../platform/random.ts';
import { openMongoStore } from '../../platform/store/mongodb.ts';
import { openSqliteStore } from '../../platform/store/sqlite.ts';
import type { Store } from '../../platform/store/store.ts';
import { documentOf, type Ended, touchline } from '../cli/touchline.ts';
import { message, notifyConformance } from '../conformance/notify.ts';
import { eventually, temporaryFolder } from '../conformance/tools.ts';
import { freshDatabase } from './mongodb-database.ts';
import { serviceUrl } from './real.ts';
import { type Post, slackStandIn } from './slack-stand-in.ts';

const COLOURS: Record<string, string> = {
  '#2f6fde': 'info',
  '#d98e00': 'warning',
  '#c62828': 'critical',
  '#2e7d32': 'resolved',
};

const settled = (store: Store) =>
  eventually(async () => (await store.collection('outbox').count({ due: { gte: 0 } })) === 0);

/** What people see of the incidents in the channel: the last post of each, and how often they were called. */
function seen(posts: readonly Post[]) {
  const incidents = [...new Set(posts.map(({ incident }) => incident).reverse())];
  return incidents.map((incident) => {
    const own = posts.filter((post) => post.incident === incident);
    const { text, colour } = own[own.length - 1];
    const state = COLOURS[colour];
    return {
      title: text.replace(/^\*[^*]*\* /, ''),
      status: state === 'resolved' ? 'resolved' : 'open',
      severity: state === 'resolved' ? 'warning' : state,
      messages: own.length,
    };
  });
}

function recorder() {
  let text = '';
  return {
    log: createLog({
      level: 'trace',
      destination: {
        write(line) {
          text += line;
        },
      },
    }),
    text: () => text,
  };
}

notifyConformance(
  'slack',
  async () => {
    const slack = await slackStandIn();
    const store = openSqliteStore({ path: ':memory:' });
    const { log } = recorder();
    const notify = openOutbox({ store, channel: slackChannel(slack.url), log });
    return {
      notify,
      async arrived() {
        await settled(store);
        return seen(slack.posts);
      },
    };
  },
  'silent',
);

const news = (more: Partial<Message> = {}) => ({
  kind: 'opened' as const,
  first: true,
  messages: 1,
  message: message(more),
});

describe('a message of Slack', () => {
  it('says by colour and word how bad it is, what drifted, how much, and where to look', () => {
    const built = slackMessage(
      news({
        severity: 'critical',
        title: 'shots: 3 of 9 columns drifted',
        facts: [
          { name: 'champion', value: 'version 4' },
          { name: 'distance', value: 'ks 0.31, p 1e-9' },
        ],
      }),
    );
    expect(built.text).toBe('*Critical:* shots: 3 of 9 columns drifted');
    const [{ color, blocks }] = built.attachments!;
    expect(color).toBe('#c62828');
    expect(JSON.stringify(blocks)).toContain('*distance*\\nks 0.31, p 1e-9');
    expect(JSON.stringify(blocks)).toContain('<http://127.0.0.1/drift|Report>');
    expect(JSON.stringify(blocks)).toContain('Incident drift:shots');
    expect(slackMessage({ ...news({ severity: 'critical' }), kind: 'worse' }).text).toMatch(
      /^\*Now critical:\*/,
    );
    expect(slackMessage({ ...news({ status: 'resolved' }), kind: 'resolved' })).toMatchObject({
      text: expect.stringMatching(/^\*Resolved:\*/),
      attachments: [{ color: '#2e7d32' }],
    });
  });

  it('calls nobody and links nowhere on behalf of what it tells', () => {
    const hostile = '<!channel> <https://evil.example|click> &lt;';
    const { text, attachments } = slackMessage(
      news({
        title: hostile,
        facts: [{ name: hostile, value: hostile }],
        links: [
          { label: 'a|b>', url: 'https://good.example/?q=|<!here>' },
          { label: 'script', url: 'javascript:alert(1)' },
        ],
      }),
    );
    const blocks = JSON.stringify(attachments).matchAll(/"type":"mrkdwn","text":"((?:[^"\\]|\\.)*)"/g);
    const mrkdwn = [text!, ...Array.from(blocks, (match) => match[1])];
    expect(mrkdwn).toHaveLength(3);
    for (const part of mrkdwn)
      expect(part.replace(/<https:\/\/good\.example\/[^<>|]*\|[^<>|]*>/, '')).not.toMatch(/[<>]/);
    expect(JSON.stringify(attachments)).not.toContain('javascript:');
  });

  it('stays within what Slack takes, however much there is to say', () => {
    const { attachments } = slackMessage(
      news({
        title: 't'.repeat(5_000),
        body: 'b'.repeat(50_000),
        facts: Array.from({ length: 75 }, (_, i) => ({ name: `column ${i}`, value: 'v'.repeat(4_000) })),
      }),
    );
    const blocks = attachments![0].blocks as { text?: { text: string }; fields?: { text: string }[] }[];
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const { text, fields } of blocks) {
      expect(text?.text.length ?? 0).toBeLessThanOrEqual(3_000);
      expect(fields?.length ?? 0).toBeLessThanOrEqual(10);
      for (const field of fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2_000);
    }
    expect(JSON.stringify(blocks)).toContain('55 more facts in the inbox');
  });
});

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

describe('the address of Slack', () => {
  it.each([
    ['no address', /is none/],
    ['http://hooks.slack.com/services/T0/B0/secretsecret', /must begin with https/],
    ['https://user:secretsecret@hooks.slack.com/', /must not hold a user/],
  ])('is refused where it is %s', (address, why) => {
    expect(() => slackChannel(address)).toThrowError(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        message: expect.stringMatching(why),
        details: { setting: 'TOUCHLINE_NOTIFY' },
      }),
    );
    expect(() => slackChannel(address)).not.toThrow(/secretsecret/);
  });

  it('is tried by a ping that posts nothing', async () => {
    const slack = await slackStandIn();
    await slackChannel(slack.url).ping();
    expect(slack.attempts()).toBe(0);
    await expect(slackChannel(`${slack.url}x`).ping()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/does not know the address in TOUCHLINE_NOTIFY: 404 \(no_service\)/),
      details: { setting: 'TOUCHLINE_NOTIFY' },
    });
  });

  it('is in no error, whatever the other side does', async () => {
    const slack = await slackStandIn();
    const secret = 'verysecret';
    const failures: unknown[] = [];
    const attempt = async (address: string) => {
      const channel = slackChannel(address, { timeoutMs: 200 });
      await channel.tell(news()).catch((error) => failures.push(error));
    };
    const behaviours = [
      'hang' as const,
      { status: 404, body: `Cannot POST ${slack.path}` },
      { status: 500, body: slack.url },
      { status: 302, headers: { Location: slack.url } },
      { status: 400, body: 'invalid_blocks' },
    ];
    for (const behaviour of behaviours) {
      slack.behave(behaviour);
      await attempt(slack.url);
    }
    await attempt(`http://127.0.0.1:${await closedPort()}${slack.path}`);
    await attempt(`https://127.0.0.1:${slack.port}${slack.path}`);
    await attempt(`https://nowhere.invalid${slack.path}`);
    expect(failures).toHaveLength(behaviours.length + 3);
    const said = failures.map((error) => (error as Error).message);
    expect(said).toEqual([
      expect.stringMatching(/no answer within 200 ms/),
      expect.stringMatching(/does not know the address in TOUCHLINE_NOTIFY: 404\. /),
      expect.stringMatching(/answers 500: it is tried again later/),
      expect.stringMatching(/cannot be reached at 127\.0\.0\.1:\d+: it sends elsewhere/),
      expect.stringMatching(/does not take this message: 400 \(invalid_blocks\)/),
      expect.stringMatching(/ECONNREFUSED/),
      expect.stringMatching(/cannot be reached at 127\.0\.0\.1:\d+: \w+/),
      expect.stringMatching(/cannot be reached at nowhere\.invalid: \w+/),
    ]);
    const { log, text } = recorder();
    for (const error of failures) log.error({ err: error }, 'failed');
    expect(text().split('\n')).toHaveLength(failures.length + 1);
    expect(text()).not.toContain(secret);
  });
});

const mongodb = serviceUrl('mongodb');

describe.skipIf(!mongodb)('outboxes on MongoDB (scripts/services.sh start mongodb)', () => {
  it('tell each thing once between them', async () => {
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

describe('the command line with Slack', () => {
  const environment = (notify: string) => ({
    TOUCHLINE_DATA: temporaryFolder(),
    TOUCHLINE_NOTIFY: notify,
    TOUCHLINE_LOG_LEVEL: 'trace',
  });
  const checkOf = (ended: Ended) =>
    documentOf(ended).checks.find(({ name }: { name: string }) => name === 'notify');

  it('says in doctor whether the address is in use, posts nothing and shows no secret', async () => {
    const slack = await slackStandIn();
    const well = await touchline(['doctor', '--json'], { env: environment(slack.url) });
    expect(checkOf(well)).toMatchObject({
      status: 'ok',
      detail: `http://127.0.0.1:${slack.port}/[redacted] answers (environment variable TOUCHLINE_NOTIFY)`,
    });
    const wrong = await touchline(['doctor', '--json'], { env: environment(`${slack.url}x`) });
    expect(wrong.status).toBe(1);
    expect(checkOf(wrong)).toMatchObject({
      status: 'failed',
      detail: expect.stringMatching(
        /Slack does not know the address in TOUCHLINE_NOTIFY: 404 \(no_service\)/,
      ),
    });
    expect(slack.attempts()).toBe(0);
    for (const { stdout, stderr } of [well, wrong]) expect(stdout + stderr).not.toContain('verysecret');
  }, 60_000);
});

describe('drift', () => {
  it('reaches Slack with what drifted, how much, the evidence and where to look', async () => {
    const slack = await slackStandIn();
    const random = seeded(3);
    const side = (shift: number): DriftSide => ({
      columns: ['distance', 'angle', 'speed'].map((name, j) => ({
        name,
        kind: 'numeric',
        values: Float64Array.from({ length: 500 }, () => random.normal() + (j < 2 ? shift : 0)),
      })),
      ids: Array.from({ length: 500 }, (_, i) => `prediction-${i}`),
    });
    const draft = alertFor(driftReport(side(0), side(1)));
    const { config } = await loadConfig({
      env: {},
      cwd: temporaryFolder(),
      flags: { data: temporaryFolder(), notify: slack.url, publicUrl: 'https://touchline.example' },
    });
    const { log, text } = recorder();
    const platform = openPlatform(config, log);
    onTestFinished(() => platform.close());
    const alert = await openAlerts(platform).raise('shots', draft!);
    await openAlerts(platform).raise('shots', draft!);
    await settled(platform.store);
    expect(slack.posts).toHaveLength(1);
    const [{ text: said, colour, json }] = slack.posts;
    expect(said).toBe('*Warning:* shots: 2 of 3 columns drifted');
    expect(colour).toBe('#d98e00');
    expect(json).toMatch(/\*distance\*\\nks 0\.\d+, p [\d.e-]+/);
    expect(json).toMatch(/\*evidence 1\*\\nprediction-\d+ \((distance|angle) /);
    expect(json).toContain('<https://touchline.example/#shots|Champion and drift of shots>');
    expect(json).toContain(`Incident ${alert.id}`);
    expect((await platform.inbox.list()).items).toHaveLength(1);
    await openAlerts(platform).clear('shots', 'drift', 'tests');
    await settled(platform.store);
    expect(slack.posts.map((post) => post.text)).toEqual([
      '*Warning:* shots: 2 of 3 columns drifted',
      '*Resolved:* shots: 2 of 3 columns drifted',
    ]);
    expect(text()).not.toContain('verysecret');
  });
});

describe('Slack that is away', () => {
  async function setup() {
    const slack = await slackStandIn();
    const store = openSqliteStore({ path: ':memory:' });
    const { log, text } = recorder();
    const channel = slackChannel(slack.url, { timeoutMs: 300 });
    const notify = openOutbox({ store, channel, log, pollMs: 100 });
    onTestFinished(() => notify.close());
    return { slack, store, notify, text };
  }

  it('holds nobody up, and hears once of each incident when it is back', async () => {
    const { slack, store, notify, text } = await setup();
    const waits: number[] = [];
    const send = async (more: Partial<Message>) => {
      const begun = performance.now();
      await notify.send(message(more));
      waits.push(performance.now() - begun);
    };
    for (const absence of ['hang', { status: 500 }, { status: 503, body: slack.url }] as const) {
      slack.behave(absence);
      const before = slack.attempts();
      for (let round = 0; round < 3; round++)
        for (let i = 0; i < 4; i++)
          await send({ incident: `drift:${i}`, title: `Drift ${i}, round ${round}` });
      await send({ incident: 'drift:0', severity: 'critical' });
      await send({ incident: 'drift:1', status: 'resolved' });
      await eventually(() => slack.attempts() > before);
    }
    expect(slack.posts).toEqual([]);
    slack.behave('ok');
    await settled(store);
    expect(slack.posts.map(({ incident, text: said }) => [incident, said.split(':')[0]]).sort()).toEqual([
      ['drift:0', '*Critical'],
      ['drift:1', '*Resolved'],
      ['drift:2', '*Warning'],
      ['drift:3', '*Warning'],
    ]);
    waits.sort((a, b) => a - b);
    expect(waits[Math.floor(waits.length * 0.95)]).toBeLessThan(100);
    expect(text().match(/"msg":"messages wait/g)).toHaveLength(1);
    expect(text()).toContain('messages are delivered again');
    expect(text()).not.toContain('verysecret');
  });

  it('is asked no sooner than it wants', async () => {
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

  it('does not stand in the way of the others where it refuses one', async () => {
    const { slack, store, notify, text } = await setup();
    slack.behave({ status: 400, body: 'invalid_blocks' });
    await notify.send(message({ incident: 'refused' }));
    await settled(store);
    slack.behave('ok');
    await notify.send(message({ incident: 'taken' }));
    await settled(store);
    expect(slack.posts.map(({ incident }) => incident)).toEqual(['taken']);
    expect(text()).toContain('the message was refused');
  });

  it('gets the last message of a command that ends, and keeps no command from ending', async () => {
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
