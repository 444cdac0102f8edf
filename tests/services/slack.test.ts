import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAlerts } from '../../monitoring/alerts/alerts.ts';
import { driftAlert } from '../../monitoring/alerts/rules/drift.ts';
import { driftReport } from '../../monitoring/drift/report.ts';
import type { DriftSide } from '../../monitoring/drift/samples.ts';
import { loadConfig } from '../../platform/load-config.ts';
import { openOutbox } from '../../platform/notify/outbox/outbox.ts';
import { slackChannel } from '../../platform/notify/slack/channel.ts';
import { openPlatform } from '../../platform/open.ts';
import { seeded } from '../../platform/random.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { documentOf, type Ended, touchline } from '../cli/touchline.ts';
import { news, notifyConformance } from '../conformance/notify.ts';
import { temporaryFolder } from '../conformance/tools.ts';
import { recorder, settled } from './outbox-tools.ts';
import { type Post, slackStandIn } from './slack-stand-in.ts';

const COLOURS: Record<string, string> = {
  '#2f6fde': 'info',
  '#d98e00': 'warning',
  '#c62828': 'critical',
  '#2e7d32': 'resolved',
};

/** What people see of the incidents in the channel: the last post of each, and the number of posts. */
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

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

describe('a Slack address', () => {
  it.each([
    ['no address', /is not an address/],
    ['http://hooks.slack.com/services/T0/B0/secretsecret', /must begin with https/],
    ['https://user:secretsecret@hooks.slack.com/', /must not contain a user/],
  ])('is rejected if it is %s', (address, why) => {
    expect(() => slackChannel(address)).toThrowError(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        message: expect.stringMatching(why),
        details: { setting: 'TOUCHLINE_NOTIFY' },
      }),
    );
    expect(() => slackChannel(address)).not.toThrow(/secretsecret/);
  });

  it('is checked by a ping that posts nothing', async () => {
    const slack = await slackStandIn();
    await slackChannel(slack.url).ping();
    expect(slack.attempts()).toBe(0);
    await expect(slackChannel(`${slack.url}x`).ping()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/does not know the address in TOUCHLINE_NOTIFY: 404 \(no_service\)/),
      details: { setting: 'TOUCHLINE_NOTIFY' },
    });
  });

  it('never appears in an error', async () => {
    const slack = await slackStandIn();
    const secret = 'verysecret';
    const failures: unknown[] = [];
    const attempt = async (address: string, timeoutMs = 10_000) => {
      const channel = slackChannel(address, { timeoutMs });
      await channel.deliver(news()).catch((error) => failures.push(error));
    };
    const behaviours = [
      { status: 404, body: `Cannot POST ${slack.path}` },
      { status: 500, body: slack.url },
      { status: 302, headers: { Location: slack.url } },
      { status: 400, body: 'invalid_blocks' },
    ];
    slack.behave('hang');
    await attempt(slack.url, 200);
    for (const behaviour of behaviours) {
      slack.behave(behaviour);
      await attempt(slack.url);
    }
    await attempt(`http://127.0.0.1:${await closedPort()}${slack.path}`);
    await attempt(`https://127.0.0.1:${slack.port}${slack.path}`);
    await attempt(`https://nowhere.invalid${slack.path}`);
    expect(failures).toHaveLength(behaviours.length + 4);
    const messages = failures.map((error) => (error as Error).message);
    expect(messages).toEqual([
      expect.stringMatching(/no answer within 200 ms/),
      expect.stringMatching(/does not know the address in TOUCHLINE_NOTIFY: 404\. /),
      expect.stringMatching(/answers 500\. The message is retried later/),
      expect.stringMatching(/cannot be reached at 127\.0\.0\.1:\d+: it redirects elsewhere/),
      expect.stringMatching(/rejects this message: 400 \(invalid_blocks\)/),
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

describe('the command line with Slack', () => {
  const environment = (notify: string) => ({
    TOUCHLINE_DATA: temporaryFolder(),
    TOUCHLINE_NOTIFY: notify,
    TOUCHLINE_LOG_LEVEL: 'trace',
  });
  const checkOf = (ended: Ended) =>
    documentOf(ended).checks.find(({ name }: { name: string }) => name === 'notify');

  it('reports in doctor whether the webhook exists, without posting or showing the secret', async () => {
    const slack = await slackStandIn();
    const right = await touchline(['doctor', '--json'], { env: environment(slack.url) });
    expect(checkOf(right)).toMatchObject({
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
    for (const { stdout, stderr } of [right, wrong]) expect(stdout + stderr).not.toContain('verysecret');
  }, 60_000);
});

describe('drift', () => {
  it('is posted to Slack with its columns, distances, evidence and a link', async () => {
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
    const finding = driftAlert.evaluate({ drift: driftReport(side(0), side(1)) });
    if (finding === undefined || finding === 'clear') throw new Error('the columns did not drift');
    const { config } = await loadConfig({
      env: {},
      cwd: temporaryFolder(),
      flags: { data: temporaryFolder(), notify: slack.url, publicUrl: 'https://touchline.example' },
    });
    const { log, text } = recorder();
    const platform = openPlatform(config, log);
    onTestFinished(() => platform.close());
    const alert = await openAlerts(platform).raise('shots', finding);
    await openAlerts(platform).raise('shots', finding);
    await settled(platform.store);
    expect(slack.posts).toHaveLength(1);
    const [{ text: posted, colour, json }] = slack.posts;
    expect(posted).toBe('*Warning:* shots: 2 of 3 columns drifted');
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
