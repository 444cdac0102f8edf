import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureSet } from '../../datasets/features/feature-set.ts';
import { createSnapshot } from '../../datasets/snapshots/create-snapshot.ts';
import type { GoldRow, Snapshot } from '../../datasets/snapshots/snapshot.ts';
import type { LoadedModel } from '../../models/package/package.ts';
import { constantModel } from '../../models/rules/constant.ts';
import { seeded } from '../../platform/random.ts';
import { hear, lossOf, summaryOf } from '../../registry/defend.ts';
import { decide } from '../../registry/gate.ts';
import { jumpPackage, jumps, openWorld, throwPackage, throws, type World } from '../serving/fixture.ts';

const RULES = { loss: 'absolute error', tie: 0.01, samples: 300 };

describe('hearing', () => {
  let world: World;
  const open: LoadedModel[] = [];
  beforeEach(() => {
    world = openWorld();
  });
  afterEach(async () => {
    for (const model of open.splice(0)) await model.close();
    await world.close();
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
      { store: world.deps.store, blobs: world.deps.blobs },
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
    await world.packages.put(built.files);
    const model = await world.promotion.load(built.hash);
    open.push(model);
    return { model, version, bytes: [...built.files.values()].reduce((sum, file) => sum + file.length, 0) };
  }

  const common = () => ({
    features: jumps.features,
    task: 'regression' as const,
    scale: [0, 10] as const,
    loss: lossOf('mae', 'regression'),
    baseline: constantModel('mean', 5, 3),
    blobs: world.deps.blobs,
  });

  it('lets the baseline defend where there is no champion', async () => {
    const challenger = await contender(await jumpPackage(0), 1);
    const heard = await hear({ ...common(), snapshot: await jumpSnapshot(), challenger });
    expect(heard.defender.name).toBe('mean');
    expect(heard.baseline).toBeUndefined();
    const { promoted, reasons } = decide({
      ...heard,
      rules: { ...RULES, maxLatencyMs: 50, minCoverage: 0.8 },
    });
    expect(reasons.join('\n')).toContain('version 1 (linear) against mean');
    expect(promoted).toBe(true);
    expect(summaryOf(heard.challenger)).toMatchObject({ coverage: 1, bytes: challenger.bytes });
    expect(heard.card.slices.map((slice) => slice.value).sort()).toEqual(['left', 'right']);
  });

  it('measures both on the same held-out rows, through their packages', async () => {
    const snapshot = await jumpSnapshot();
    const champion = await contender(await jumpPackage(0), 1);
    const challenger = await contender(await jumpPackage(1), 2);
    const heard = await hear({ ...common(), snapshot, challenger, champion });
    expect(heard.challenger.loss).toHaveLength(snapshot.splits.test.rows);
    expect(heard.challenger.groups).toEqual(heard.defender.groups);
    expect(new Set(heard.defender.groups).size).toBe(snapshot.splits.test.groups);
    const decision = decide({ ...heard, rules: RULES });
    expect(decision.promoted).toBe(false);
    expect(decision.checks.filter((check) => !check.passed).map((check) => check.name)).toContain('defender');
    // The other way round it passes: the gate is about who is better, not about who came first.
    const back = await hear({ ...common(), snapshot, challenger: champion, champion: challenger });
    expect(decide({ ...back, rules: RULES }).promoted).toBe(true);
  });

  it('lets each package see fitted features by its own state', async () => {
    const snapshot = await snapshotOf(throws.features, (i) => ({
      target: i % 2,
      values: [i % 30],
      inputs: { rate: i % 3 === 0 ? 'Ana' : 'Bo' },
    }));
    const champion = await contender(await throwPackage(), 1);
    const challenger = await contender(await throwPackage({ Ana: 0.1, Bo: 0.9 }), 2);
    const heard = await hear({
      snapshot,
      features: throws.features,
      task: 'binary',
      loss: lossOf('logLoss', 'binary'),
      challenger,
      champion,
      baseline: constantModel('base rate', 0.5, 2),
      blobs: world.deps.blobs,
    });
    // One without a state would find the rate missing, and both would answer alike.
    expect([...heard.challenger.loss]).not.toEqual([...heard.defender.loss]);
    expect(heard.baseline?.loss[0]).toBeCloseTo(Math.log(2), 10);
    expect(heard.challenger.ece).toBeGreaterThan(0);
  });

  it('does not compare a champion of other features, and says so', async () => {
    const champion = await contender(await jumpPackage(0, { version: 2 }), 1);
    const challenger = await contender(await jumpPackage(0), 2);
    const snapshot = await jumpSnapshot();
    const heard = await hear({ ...common(), snapshot, challenger, champion });
    expect(heard.defender.name).toBe('mean');
    expect(heard.notes[0]).toContain('cannot be compared');
    await expect(hear({ ...common(), snapshot, challenger: champion })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});
