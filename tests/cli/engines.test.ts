import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPackage } from '../../models/package/load.ts';
import { openPackages } from '../../models/package/store.ts';
import { PIPELINES } from '../../pipelines/catalog.ts';
import { estimatorsOf } from '../../pipelines/run.ts';
import { configSchema } from '../../platform/config.ts';
import { openPlatform } from '../../platform/open.ts';
import { buildOf, ENGINES } from '../../training/engines/catalog.ts';
import { makeFolder } from '../conformance/tools.ts';
import { linkEngines, realEngines } from '../training/engines/real-engines.ts';
import { writeClips } from './data.ts';
import { documentOf, type Ended, touchline } from './touchline.ts';

const engines = await realEngines();
const { biomechanics, shots } = PIPELINES;

describe('engines that are not installed', () => {
  it('are listed with the command that installs them', async () => {
    const ended = await touchline(['engines', '--json', '--data', makeFolder()]);
    expect(ended.status, ended.stderr).toBe(0);
    expect(documentOf(ended).engines).toEqual(
      Object.values(ENGINES).map(({ name, title, version, purpose }) => ({
        ...{ name, title, version, purpose, installed: false },
        problem: expect.stringContaining(`touchline engines install ${name}`),
      })),
    );
  });

  it('make a run that names them fail before it reads any data', async () => {
    const args = ['run', 'biomechanics', '--from', '/nowhere', '--estimators', 'linear,lightgbm'];
    const { status, stdout, stderr } = await touchline([...args, '--data', makeFolder()]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/UNAVAILABLE: LightGBM is not installed.*`touchline engines install lightgbm`/);
  });

  it('are left out of the estimators of a product', () => {
    expect(Object.keys(shots.training.estimators)).toEqual(expect.arrayContaining(['xgboost', 'lightgbm']));
    for (const folder of [undefined, makeFolder()])
      expect(estimatorsOf(shots, undefined, folder)).toEqual([
        ...['linear', 'boosting', 'forest', 'neural', 'ensemble'],
      ]);
  });

  it.each([
    [['install'], 2, /missing required argument 'name'/],
    [['install', 'catboost'], 2, /no engine 'catboost': use one of xgboost, lightgbm/],
    [['install', 'xgboost', '--from', '/nowhere.whl'], 2, /NOT_FOUND: .*give the path of xgboost/],
  ])('engines %j exits with status %i', async (args, status, said) => {
    const ended = await touchline(['engines', ...args, '--data', makeFolder()]);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toMatch(said);
  });

  it('name the setting of the package index if it is unreachable', async () => {
    const env = { TOUCHLINE_ENGINE_INDEX: 'http://ann:secret@127.0.0.1:1/simple' };
    const { status, stderr } = await touchline(['engines', 'install', 'xgboost', '--data', makeFolder()], {
      env,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/UNAVAILABLE: .*127\.0\.0\.1:1 was not reached.*TOUCHLINE_ENGINE_INDEX/);
    expect(stderr).not.toContain('secret');
  });
});

describe.skipIf(!engines)('installed engines (skipped without a package index)', () => {
  let data: string;
  let clips: string;
  let ran: Ended;
  const run = (folder: string) =>
    touchline([
      ...['run', 'biomechanics', '--from', clips, '--estimators', 'xgboost,lightgbm'],
      ...['--json', '--data', folder],
    ]);

  beforeAll(async () => {
    data = makeFolder();
    linkEngines(engines!, data);
    clips = writeClips(join(makeFolder(), 'clips'), 240);
    ran = await run(data);
  }, 180_000);

  it('are listed, and installing them again changes nothing', async () => {
    const { engines: listed } = documentOf(await touchline(['engines', '--json', '--data', data]));
    for (const { name, installed, path, problem } of listed) {
      expect({ installed, problem }).toEqual({ installed: true, problem: undefined });
      const again = await touchline(['engines', 'install', name, '--json', '--data', data]);
      const { version } = ENGINES[name as keyof typeof ENGINES];
      expect(documentOf(again)).toEqual({ name, version, path, fresh: false });
    }
    expect((await touchline(['doctor', '--data', data])).stdout).toMatch(/XGBoost.*ok.*version 3/);
  });

  it('give a champion, and equal packages from equal data and seeds', async () => {
    expect(ran.status, ran.stderr).toBe(0);
    const { candidates, best, decision } = documentOf(ran);
    expect(decision).toMatchObject({ promoted: true, version: 1 });
    expect(candidates.map(({ estimator }: { estimator: string }) => estimator)).toEqual([
      'xgboost',
      'lightgbm',
    ]);
    expect(candidates.map((one: { run: string }) => one.run)).toContain(best);
    const other = makeFolder();
    linkEngines(engines!, other);
    const again = documentOf(await run(other)).candidates;
    const packages = (all: { package: string }[]) => all.map((one) => one.package);
    expect(packages(again)).toEqual(packages(candidates));
  }, 120_000);

  it('predict with reasons, even after the engine was removed', async () => {
    const items = biomechanics.simulatedItems?.(3).slice(0, 3);
    const input = join(makeFolder(), 'items.json');
    writeFileSync(input, JSON.stringify(items));
    const args = ['predict', 'biomechanics', '--input', input, '--json'];
    const { predictions } = documentOf(await touchline([...args, '--data', data]));
    expect(predictions).toHaveLength(3);
    const { candidates, best } = documentOf(ran);
    const champion = candidates.find(({ run }: { run: string }) => run === best);
    for (const prediction of predictions) {
      expect(prediction).toMatchObject({ package: champion.package, score: expect.any(Number) });
      expect(prediction.factors.length).toBeGreaterThan(0);
    }
    // Serving needs the package only, not the engine that trained it.
    rmSync(join(data, 'engines'));
    const without = documentOf(await touchline([...args, '--data', data]));
    linkEngines(engines!, data);
    expect(without).toEqual({ predictions });
  });

  it('explain each prediction by contributions that add up to it', async () => {
    const platform = openPlatform(configSchema.parse({ data }));
    try {
      for (const candidate of documentOf(ran).candidates) {
        const files = await openPackages(platform).get(candidate.package);
        const { explain, golden } = readPackage(files, candidate.package);
        expect(golden.cases.length).toBeGreaterThan(0);
        for (const { inputs } of golden.cases)
          for (const row of inputs.features) {
            const { base, values, raw } = explain(Float32Array.from(row, (value) => value ?? Number.NaN));
            expect(Math.abs(values.reduce((sum, value) => sum + value, base) - raw)).toBeLessThan(1e-5);
          }
      }
    } finally {
      await platform.close();
    }
  });

  it('are installed only from the wheel with the pinned hash', async () => {
    const { wheel, sha256 } = buildOf(ENGINES.lightgbm);
    const from = join(makeFolder(), wheel);
    writeFileSync(from, readFileSync(new URL(import.meta.url).pathname));
    const args = ['engines', 'install', 'lightgbm', '--from', from, '--data', makeFolder()];
    const { status, stderr } = await touchline(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(new RegExp(`INVALID_FORMAT: .*SHA-256 is [0-9a-f]{64} where ${sha256}`));
  });
});
