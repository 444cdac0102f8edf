import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seeded } from '../../platform/random.ts';
import { predictions } from '../../serving/runtime/prediction-log.ts';
import { postedScores } from '../../serving/scoring/scores.ts';
import { type Fixture, jumpPackage, openFixture } from '../serving/fixture.ts';

// The long suite kills at 200 points.
const KILLS = process.env.TOUCHLINE_LONG === '1' ? 200 : 2;
const CLIENTS = 4;

describe('kill -9 of the server', () => {
  let fixture: Fixture;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    fixture = openFixture();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await fixture.close();
  });

  async function start(): Promise<string> {
    const script = fileURLToPath(new URL('./serving-child.ts', import.meta.url));
    const started = spawn(process.execPath, ['--import', 'tsx', script, fixture.folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    return new Promise((resolve, reject) => {
      started.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
      started.once('exit', (code) => reject(new Error(`The server ended with ${code} before it listened.`)));
    });
  }

  it(`loses no acknowledged prediction or score in ${KILLS} kills`, async () => {
    await fixture.promote('jumps', await jumpPackage());
    const random = seeded(11);
    const acknowledged = { predictions: new Set<string>(), scores: new Set<string>() };
    let next = 0;

    async function client(url: string): Promise<void> {
      const post = async (path: string, body: object) => {
        const answer = await fetch(url + path, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        });
        return { status: answer.status, body: (await answer.json()) as { prediction_id: string } };
      };
      for (;;) {
        const predicted = await post('/v1/jumps/score', { angles: [90], side: 'left' });
        acknowledged.predictions.add(predicted.body.prediction_id);
        const rater = `rater-${next++}`;
        const scored = await post('/v1/scoring/jumps/scores', { action: 'clip-1', rater, score: 5 });
        if (scored.status === 201) acknowledged.scores.add(rater);
      }
    }

    for (let kill = 0; kill < KILLS; kill++) {
      const url = await start();
      // A client ends when its connection breaks.
      const clients = Array.from({ length: CLIENTS }, () => client(url).catch(() => {}));
      await new Promise((resolve) => setTimeout(resolve, 200 + random.integer(1_300)));
      const gone = new Promise((resolve) => child!.once('exit', resolve));
      child!.kill('SIGKILL');
      await Promise.all([gone, ...clients]);
    }
    // The next server stores the spooled predictions of those that were killed.
    await start();
    const collection = predictions(fixture.deps.store);
    await expect
      .poll(
        async () => {
          const found = new Set<string>();
          for await (const { id } of collection.all()) found.add(id);
          return [...acknowledged.predictions].filter((id) => !found.has(id)).length;
        },
        { timeout: 10_000 },
      )
      .toBe(0);
    const raters = new Set<string>();
    for await (const { rater } of postedScores(fixture.deps.store, 'jumps')) {
      expect(raters.has(rater)).toBe(false);
      raters.add(rater);
    }
    expect([...acknowledged.scores].filter((rater) => !raters.has(rater))).toEqual([]);
    expect(acknowledged.predictions.size).toBeGreaterThan(10 * KILLS);
    expect(acknowledged.scores.size).toBeGreaterThan(10 * KILLS);
    // Unacknowledged predictions may be stored too: at most one for each client and kill.
    expect(await collection.count()).toBeLessThanOrEqual(acknowledged.predictions.size + CLIENTS * KILLS);
  }, 900_000);
});
