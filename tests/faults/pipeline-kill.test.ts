import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openPackages } from '../../models/package/store.ts';
import { seeded } from '../../platform/random.ts';
import type { Document } from '../../platform/store/store.ts';
import { history } from '../../registry/history.ts';
import { fewShots, writeClips, writeLines } from '../cli/data.ts';
import { documentOf } from '../cli/touchline.ts';
import { makeFolder } from '../conformance/tools.ts';
import { contents } from '../pipelines/world.ts';
import { atATime, inspect, runTimed, type Timed } from './killed-commands.ts';

// The long suite kills each command at 200 points.
const LONG = process.env.TOUCHLINE_LONG === '1';
/** How often a command is killed before it may finish, and how often all of that is repeated. */
const PLANS = {
  etl: LONG ? { kills: 4, times: 50 } : { kills: 4, times: 2 },
  train: LONG ? { kills: 1, times: 200 } : { kills: 1, times: 8 },
  run: LONG ? { kills: 2, times: 100 } : { kills: 2, times: 2 },
};
const RECOVERY_SECONDS = 10;
const AT_A_TIME = 4;
const TIMEOUT = LONG ? 7_200_000 : 300_000;

let folder: string;
let shots: string;
let clips: string;
beforeAll(() => {
  folder = makeFolder();
  shots = writeLines(join(folder, 'shots'), 'shots.jsonl', fewShots());
  clips = writeClips(join(folder, 'clips'));
});

/** The state that must be equal after every run. Ids of runs and times differ, so they are left out. */
async function stateOf(data: string, product: string) {
  return inspect(data, async (platform) => {
    const { store, tracking, queue } = platform;
    const rows = <T extends Document>(name: string) => contents<T>(store, `${name}_${product}`);
    const versions = await tracking.listVersions(product);
    const packages = openPackages(platform);
    for (const version of versions) await packages.get(version.package);
    const { periods, rejections } = await history(product, platform);
    const runs = await tracking.listRuns(product);
    const done = runs.filter(({ status }) => status === 'finished');
    const snapshots = await contents<{ id: string; hash: string; product: string }>(store, 'snapshots');
    const { dead, failed } = await queue.counts();
    return {
      gold: await rows('gold'),
      silver: await rows('silver'),
      rejects: await rows('rejects'),
      snapshots: snapshots.map(({ hash }) => hash),
      candidates: done.map(({ name, tags }) => `${name} ${tags.package}`).sort(),
      // A run whose process was killed must not stay `running`.
      running: runs.filter(({ status }) => status === 'running').map(({ name }) => name),
      versions: versions.map((one) => `${one.version} ${one.package}`),
      periods: periods.map((one) => `${one.version} ${one.package} ${one.action}`),
      rejections: rejections.map((one) => `${one.version} ${one.package} ${one.code}`),
      jobs: { dead, failed },
    };
  });
}

/**
 * Runs a command undisturbed, then repeatedly from the same state with kills at random points. The final states must be
 * equal: nothing is lost and nothing is stored twice.
 */
async function survives(
  product: string,
  args: string[],
  { kills, times }: { kills: number; times: number },
  prepared?: string,
): Promise<{ reference: Timed; killed: number }> {
  const place = (name: string) => {
    const data = join(folder, `${args[0]}-${product}-${name}`);
    if (prepared) cpSync(prepared, data, { recursive: true });
    return data;
  };
  const whole = place('whole');
  const reference = await runTimed(args, whole);
  expect([0, 3], reference.stderr).toContain(reference.status);
  const expected = await stateOf(whole, product);

  let killed = 0;
  const slowest: number[] = [];
  await atATime(
    AT_A_TIME,
    Array.from({ length: times }, (_, i) => i),
    async (i) => {
      const random = seeded(i, `kill ${args[0]} ${product}`);
      const data = place(String(i));
      const points: string[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const at = random.uniform() * reference.working;
        const { signal } = await runTimed(args, data, at);
        points.push(at.toFixed(3));
        if (signal === 'SIGKILL') killed++;
      }
      const last = await runTimed(args, data);
      const where = `${args[0]} of ${product}, time ${i}, killed after ${points.join(', ')} s: ${last.stderr}`;
      expect(last.status, where).toBe(reference.status);
      documentOf(last);
      expect(await stateOf(data, product), where).toEqual(expected);
      slowest.push(last.seconds);
    },
  );
  // The runs share the machine, which the undisturbed run had for itself.
  const allowed = AT_A_TIME * reference.seconds + RECOVERY_SECONDS;
  expect(Math.max(...slowest)).toBeLessThan(allowed);
  return { reference, killed };
}

it(
  'etl loses no record and stores none twice',
  async () => {
    const { killed } = await survives('shots', ['etl', 'shots', '--from', shots], PLANS.etl);
    expect(killed).toBeGreaterThan(0);
  },
  TIMEOUT,
);

it(
  'train produces the same packages, each by one run',
  async () => {
    const prepared = join(folder, 'prepared');
    for (const args of [
      ['etl', 'shots', '--from', shots],
      ['snapshot', 'shots'],
    ])
      expect((await runTimed(args, prepared)).status).toBe(0);
    const { killed } = await survives(
      'shots',
      ['train', 'shots', '--estimators', 'linear,forest'],
      PLANS.train,
      prepared,
    );
    expect(killed).toBeGreaterThan(0);
  },
  TIMEOUT,
);

it.each([
  ['shots', 'rejected'],
  ['biomechanics', 'promoted'],
])(
  'run of %s decides exactly once',
  async (product, decision) => {
    const from = product === 'shots' ? shots : clips;
    const { reference, killed } = await survives(
      product,
      ['run', product, '--from', from, '--estimators', 'linear'],
      PLANS.run,
    );
    expect(documentOf(reference).decision.promoted).toBe(decision === 'promoted');
    expect(killed).toBeGreaterThan(0);
  },
  TIMEOUT,
);
