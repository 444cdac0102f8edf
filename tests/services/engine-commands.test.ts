import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPackage } from '../../models/package/load.ts';
import { openPackages } from '../../models/package/store.ts';
import { biomechanics } from '../../pipelines/biomechanics.ts';
import { configSchema } from '../../platform/config.ts';
import { openPlatform } from '../../platform/open.ts';
import { ENGINES } from '../../training/engines/catalog.ts';
import { buildOf } from '../../training/engines/engine.ts';
import { writeClips } from '../cli/data.ts';
import { documentOf, type Ended, touchline } from '../cli/touchline.ts';
import { makeFolder } from '../conformance/tools.ts';
import { linkEngines, packageIndex, realEngines } from './real-engines.ts';

const engines = await realEngines();

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
      const { version } = ENGINES.named(name);
      expect(documentOf(again)).toEqual({ name, version, path, fresh: false });
    }
    expect((await touchline(['doctor', '--data', data])).stdout).toMatch(/XGBoost.*ok.*version 3/);
  });

  it('train a champion, and give equal packages for equal data and seeds', async () => {
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
    // Serving only needs the package, not the engine that trained it.
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
    const { wheel, sha256 } = buildOf(ENGINES.named('lightgbm'));
    const from = join(makeFolder(), wheel);
    writeFileSync(from, readFileSync(new URL(import.meta.url).pathname));
    const args = ['engines', 'install', 'lightgbm', '--from', from, '--data', makeFolder()];
    const { status, stderr } = await touchline(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(new RegExp(`INVALID_FORMAT: .*SHA-256 is [0-9a-f]{64} instead of ${sha256}`));
  });
});

describe.skipIf(!engines)('the pinned engines (skipped without a package index)', () => {
  it.each(ENGINES.entries)('$title is in the index with the pinned hashes', async (engine) => {
    for (const { wheel, sha256 } of Object.values(engine.builds)) {
      const project = wheel.slice(0, wheel.indexOf('-')).replaceAll('_', '-');
      const index = new URL(packageIndex());
      const authorization = `Basic ${Buffer.from(`${index.username}:${index.password}`).toString('base64')}`;
      const headers: Record<string, string> = index.username ? { authorization } : {};
      const page = await fetch(`${index.origin}${index.pathname.replace(/\/$/, '')}/${project}/`, {
        headers,
      });
      const links = (await page.text()).split('href="').map((part) => part.slice(0, part.indexOf('"')));
      expect(links.find((link) => link.includes(wheel))).toContain(sha256);
    }
  });
});
