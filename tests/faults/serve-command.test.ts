import { request as ask, type ClientRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import { seeded } from '../../platform/random.ts';
import { predictions } from '../../serving/runtime/prediction-log.ts';
import { postedScores } from '../../serving/scoring/scores.ts';
import { writeClips } from '../cli/data.ts';
import { type Started, start, touchline } from '../cli/touchline.ts';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { inspect } from './killed-commands.ts';

// The long suite kills at 200 points.
const KILLS = process.env.TOUCHLINE_LONG === '1' ? 200 : 8;
const CLIENTS = 4;
const RECOVERY_MS = 10_000;

let data: string;
let server: Started | undefined;
beforeAll(async () => {
  const folder = makeFolder();
  data = join(folder, 'state');
  const args = ['run', 'biomechanics', '--from', writeClips(join(folder, 'clips')), '--estimators', 'linear'];
  const { status, stderr } = await touchline([...args, '--data', data]);
  expect(status, stderr).toBe(0);
}, 120_000);
afterAll(() => {
  server?.child.kill('SIGKILL');
});

const clip = simulateClips({ clips: 1, athletes: 1, experts: 1, seed: 8 }).actions[0];
const BODY = JSON.stringify({ type: clip.type, side: clip.side, poses: clip.poses });
const JSON_TYPE = { 'content-type': 'application/json' };

/** Starts the server; resolves once it is ready. */
async function serve(): Promise<{ url: string; readyMs: number }> {
  const began = performance.now();
  const started = await start(['serve', '--port', '0', '--json', '--data', data], {
    env: { TOUCHLINE_AUTH: 'off', TOUCHLINE_LOG_LEVEL: 'warn' },
  });
  server = started;
  await eventually(() => started.output().endsWith('\n'), 30_000);
  const { url } = JSON.parse(started.output());
  await eventually(async () => (await fetch(`${url}/health/ready`)).status === 200, 30_000);
  return { url, readyMs: performance.now() - began };
}

it(
  `restarts after kill -9 with every acknowledged prediction and score, ${KILLS} times`,
  async () => {
    const random = seeded(21, 'serve');
    const predicted = new Set<string>();
    const scored = new Map<string, number>();
    const unanswered: { rater: string; score: number }[] = [];
    let next = 0;
    const clips = Array.from({ length: 120 }, (_, i) => `clip-${String(i + 1).padStart(4, '0')}`);

    const post = (url: string, path: string, body: string) =>
      fetch(url + path, { method: 'POST', headers: JSON_TYPE, body });
    const score = (url: string, one: { rater: string; score: number }) =>
      post(
        url,
        '/v1/scoring/biomechanics/scores',
        JSON.stringify({ ...one, action: clips[Number(one.rater.slice(6)) % clips.length] }),
      );

    async function client(url: string): Promise<void> {
      for (;;) {
        const answer = await post(url, '/v1/biomechanics/score', BODY);
        predicted.add(((await answer.json()) as { prediction_id: string }).prediction_id);
        const one = { rater: `rater-${next++}`, score: random.integer(21) / 2 };
        unanswered.push(one);
        if ((await score(url, one)).status !== 201) throw new Error('A score was refused.');
        unanswered.splice(unanswered.indexOf(one), 1);
        scored.set(one.rater, one.score);
      }
    }

    const ready: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const { url, readyMs } = await serve();
      ready.push(readyMs);
      // Scores without an answer are sent again, as a client would: they are stored now or were stored already.
      for (const one of unanswered.splice(0)) {
        expect([201, 409]).toContain((await score(url, one)).status);
        scored.set(one.rater, one.score);
      }
      const clients = Array.from({ length: CLIENTS }, () => client(url).catch(() => {}));
      await sleep(100 + 900 * random.uniform());
      server!.child.kill('SIGKILL');
      await Promise.all([server!.ended, ...clients]);
    }
    expect(predicted.has(undefined as unknown as string)).toBe(false);
    // The first start had nothing to recover.
    const back = ready.slice(1).sort((a, b) => a - b);
    expect(back[back.length >> 1]).toBeLessThan(RECOVERY_MS);

    // The next server stores the spooled predictions of those that were killed.
    await serve();
    server!.child.kill('SIGTERM');
    expect(await server!.ended).toMatchObject({ status: 0 });
    await inspect(data, async ({ store }) => {
      const stored = new Set<string>();
      let count = 0;
      for await (const { id } of predictions(store).all()) {
        stored.add(id);
        count++;
      }
      expect(stored.size).toBe(count);
      expect([...predicted].filter((id) => !stored.has(id))).toEqual([]);
      expect(count).toBeLessThanOrEqual(predicted.size + CLIENTS * KILLS);
      const kept = new Map<string, number[]>();
      for await (const { rater, score: value } of postedScores(store, 'biomechanics'))
        kept.set(rater, [...(kept.get(rater) ?? []), value]);
      for (const [rater, value] of scored) expect(kept.get(rater)).toEqual([value]);
    });
    expect(predicted.size).toBeGreaterThan(5 * KILLS);
    expect(scored.size).toBeGreaterThan(5 * KILLS);
  },
  60_000 + 15_000 * KILLS,
);

// On a busy machine the timing may fail once; three failures in a row are a fault.
it('answers 500 requests in progress after SIGTERM, and refuses none before', {
  retry: 2,
  timeout: 90_000,
}, async () => {
  const { url } = await serve();
  // The last byte of each is sent after SIGTERM.
  const open = Array.from({ length: 500 }, () => {
    let sent!: ClientRequest;
    const connected = new Promise<void>((resolve, reject) => {
      sent = ask(`${url}/v1/biomechanics/score?reasons=false`, {
        method: 'POST',
        agent: false,
        headers: { ...JSON_TYPE, 'content-length': BODY.length },
      });
      sent.once('error', reject);
      sent.write(BODY.slice(0, -1), () => resolve());
    });
    const answered = new Promise<number>((resolve, reject) => {
      sent.once('error', reject);
      sent.once('response', (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      });
    });
    // Checked below: a request that fails before that must not be an unhandled rejection.
    answered.catch(() => {});
    return { connected, answered, finish: () => sent.end(BODY.slice(-1)) };
  });
  await Promise.all(open.map((one) => one.connected));
  await sleep(300);

  const signalled = performance.now();
  server!.child.kill('SIGTERM');
  let unready = Number.POSITIVE_INFINITY;
  while (unready === Number.POSITIVE_INFINITY) {
    const status = await fetch(`${url}/health/ready`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status !== 200) unready = performance.now() - signalled;
    expect(performance.now() - signalled).toBeLessThan(10_000);
    await sleep(10);
  }
  expect(unready).toBeLessThan(1_000);
  for (const one of open) one.finish();
  const statuses = await Promise.all(open.map((one) => one.answered));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await server!.ended).toMatchObject({ status: 0, signal: null });
  expect(performance.now() - signalled).toBeLessThan(30_000);
});
