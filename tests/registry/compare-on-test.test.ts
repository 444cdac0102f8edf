import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureSet } from '../../datasets/features/feature-set.ts';
import { createSnapshot } from '../../datasets/snapshots/create-snapshot.ts';
import type { GoldRow, Snapshot } from '../../datasets/snapshots/snapshot.ts';
import type { LoadedModel } from '../../models/package/package.ts';
import { constantModel } from '../../models/rules/constant.ts';
import { seeded } from '../../platform/random.ts';
import { compareOnTest } from '../../registry/compare-on-test.ts';
import { summaryOf } from '../../registry/evidence.ts';
import { decide } from '../../registry/gate.ts';
import { lossOf } from '../../registry/losses.ts';
import { type Fixture, jumpPackage, jumps, openFixture, throwPackage, throws } from '../serving/fixture.ts';

const RULES = { loss: 'absolute error', tie: 0.01 };

describe('compareOnTest', () => {
  let fixture: Fixture;
  const open: LoadedModel[] = [];
  beforeEach(() => {
    fixture = openFixture();
  });
  afterEach(async () => {
    for (const model of open.splice(0)) await model.close();
    await fixture.close();
  });

  /** 60 athletes with 6 jumps each: the score is 5 + (knee − 90) / 100 with noise. */
  function snapshotOf(features: FeatureSet<never>, row: (i: number) => Partial<GoldRow>): Promise<Snapshot> {
    const rows = Array.from({ length: 360 }, (_, i) => ({
      id: `row-${i}`,
      group: `athlete-${i % 60}`,
      order: String(i),
      target: 0,
      values: [],
      slices: { side: i % 2 === 0 ? 'left' : 'right' },
      ...row(i),
    }));
    const split = { by: 'group', shares: { train: 0.4, validation: 0.2, test: 0.4 } } as const;
    return createSnapshot(
      { product: 'test', features, split, rows },
      { store: fixture.deps.store, blobs: fixture.deps.blobs },
    );
  }

  function jumpSnapshot(): Promise<Snapshot> {
    const random = seeded(1);
    return snapshotOf(jumps.features, (i) => {
      const knee = 60 + random.integer(80);
      return { target: 5 + (knee - 90) / 100 + 0.2 * random.normal(), values: [knee, i % 2, null] };
    });
  }

  async function contender(built: Awaited<ReturnType<typeof jumpPackage>>, version: number) {
    await fixture.packages.put(built.files);
    const model = await fixture.promotion.load(built.hash);
    open.push(model);
    return { model, version, bytes: [...built.files.values()].reduce((sum, file) => sum + file.length, 0) };
  }

  const common = () => ({
    features: jumps.features,
    task: 'regression' as const,
    scale: [0, 10] as const,
    loss: lossOf('mae', 'regression'),
    baseline: constantModel('mean', 5, 3),
    blobs: fixture.deps.blobs,
  });

  it('compares the challenger with the baseline where there is no champion', async () => {
    const challenger = await contender(await jumpPackage(0), 1);
    const comparison = await compareOnTest({ ...common(), snapshot: await jumpSnapshot(), challenger });
    expect(comparison.incumbent.name).toBe('mean');
    expect(comparison.baseline).toBeUndefined();
    const { promoted, reasons } = decide({
      ...comparison,
      rules: { ...RULES, minCoverage: 0.8 },
    });
    expect(reasons.join('\n')).toContain('version 1 (linear) against mean');
    expect(promoted).toBe(true);
    expect(summaryOf(comparison.challenger)).toMatchObject({ coverage: 1, bytes: challenger.bytes });
    expect(comparison.report.slices.map((slice) => slice.value).sort()).toEqual(['left', 'right']);
  });

  it('measures challenger and champion on the same held-out rows', async () => {
    const snapshot = await jumpSnapshot();
    const champion = await contender(await jumpPackage(0), 1);
    const challenger = await contender(await jumpPackage(1), 2);
    const comparison = await compareOnTest({ ...common(), snapshot, challenger, champion });
    expect(comparison.challenger.loss).toHaveLength(snapshot.splits.test.rows);
    expect(comparison.challenger.groups).toEqual(comparison.incumbent.groups);
    expect(new Set(comparison.incumbent.groups).size).toBe(snapshot.splits.test.groups);
    const decision = decide({ ...comparison, rules: RULES });
    expect(decision.promoted).toBe(false);
    expect(decision.checks.filter((check) => !check.passed).map((check) => check.name)).toContain('defender');
    // With the roles swapped the gate passes: it judges which model is better, not which came first.
    const reversed = await compareOnTest({
      ...common(),
      snapshot,
      challenger: champion,
      champion: challenger,
    });
    expect(decide({ ...reversed, rules: RULES }).promoted).toBe(true);
  });

  it('computes fitted features from the state of each package', async () => {
    const snapshot = await snapshotOf(throws.features, (i) => ({
      target: i % 2,
      values: [i % 30],
      inputs: { rate: i % 3 === 0 ? 'Ana' : 'Bo' },
    }));
    const champion = await contender(await throwPackage(), 1);
    const challenger = await contender(await throwPackage({ Ana: 0.1, Bo: 0.9 }), 2);
    const comparison = await compareOnTest({
      snapshot,
      features: throws.features,
      task: 'binary',
      loss: lossOf('logLoss', 'binary'),
      challenger,
      champion,
      baseline: constantModel('base rate', 0.5, 2),
      blobs: fixture.deps.blobs,
    });
    // If the state were ignored, the rate would be missing for both and their losses would be equal.
    expect([...comparison.challenger.loss]).not.toEqual([...comparison.incumbent.loss]);
    expect(comparison.baseline?.loss[0]).toBeCloseTo(Math.log(2), 10);
    expect(comparison.challenger.ece).toBeGreaterThan(0);
  });

  it('falls back to the baseline and says so where the champion was trained on another feature set', async () => {
    const champion = await contender(await jumpPackage(0, { version: 2 }), 1);
    const challenger = await contender(await jumpPackage(0), 2);
    const snapshot = await jumpSnapshot();
    const comparison = await compareOnTest({ ...common(), snapshot, challenger, champion });
    expect(comparison.incumbent.name).toBe('mean');
    expect(comparison.notes[0]).toContain('cannot be compared');
    await expect(compareOnTest({ ...common(), snapshot, challenger: champion })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});
