import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seeded } from '../../platform/random.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { eventually, temporaryFolder } from '../conformance/tools.ts';
import { slackStandIn } from '../services/slack-stand-in.ts';

// The long suite kills at 50 points.
const KILLS = process.env.TOUCHLINE_LONG === '1' ? 50 : 4;

describe('processes that share an outbox', () => {
  async function setup() {
    const path = join(temporaryFolder(), 'store.db');
    const slack = await slackStandIn();
    let errors = '';
    async function start(first: number, end: number, leaseMs: number): Promise<ChildProcess> {
      const script = join(import.meta.dirname, 'notify-child.ts');
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', script, path, slack.url, ...[first, end, leaseMs].map(String)],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      );
      onTestFinished(() => void child.kill('SIGKILL'));
      child.stderr.on('data', (chunk) => {
        errors += chunk;
      });
      const ended = once(child, 'exit').then(() => {
        throw new Error(`The process ended before it had sent everything: ${errors}`);
      });
      await Promise.race([once(child.stdout, 'data'), ended]);
      return child;
    }
    const store = openSqliteStore({ path });
    onTestFinished(() => store.close());
    return {
      slack,
      start,
      errors: () => errors,
      waiting: () => store.collection('outbox').count({ due: { gte: 0 } }),
    };
  }

  it('deliver each message exactly once', async () => {
    const { slack, start, waiting, errors } = await setup();
    slack.behave({ status: 503 });
    await Promise.all([1, 2, 3].map(() => start(0, 40, 30_000)));
    slack.behave('ok');
    await eventually(async () => (await waiting()) === 0, 90_000);
    expect(slack.posts.map(({ incident }) => incident).sort()).toEqual(
      Array.from({ length: 40 }, (_, i) => `drift:${i}`).sort(),
    );
    expect(errors()).not.toContain('verysecret');
    // About 300 synced commits by three processes take seconds, or a minute on a busy disk.
  }, 180_000);

  it('deliver the messages of a process that was killed before it delivered them', async () => {
    const { slack, start, waiting } = await setup();
    slack.behave('hang');
    const killed = await start(0, 3, 500);
    await eventually(() => slack.attempts() === 1);
    killed.kill('SIGKILL');
    expect(await waiting()).toBe(3);
    slack.behave('ok');
    await start(0, 0, 500);
    await eventually(async () => (await waiting()) === 0);
    expect(slack.posts.map(({ incident }) => incident).sort()).toEqual(['drift:0', 'drift:1', 'drift:2']);
  }, 60_000);

  it(`lose no message, and deliver at most one twice per kill, in ${KILLS} kills`, async () => {
    const { slack, start, waiting } = await setup();
    const random = seeded(5);
    for (let kill = 0; kill < KILLS; kill++) {
      const child = await start(20 * kill, 20 * (kill + 1), 500);
      await new Promise((resolve) => setTimeout(resolve, random.integer(20)));
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await start(0, 0, 500);
    await eventually(async () => (await waiting()) === 0, 30_000);
    const delivered = slack.posts.map(({ incident }) => incident);
    expect(new Set(delivered).size).toBe(20 * KILLS);
    expect(delivered.length).toBeLessThanOrEqual(21 * KILLS);
  }, 300_000);
});
