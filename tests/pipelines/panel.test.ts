import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import { biomechanics } from '../../pipelines/biomechanics.ts';
import { baselineOf } from '../../pipelines/inspect/baseline.ts';
import { panelOf } from '../../pipelines/inspect/panel.ts';
import { shots } from '../../pipelines/shots.ts';
import { etlStep } from '../../pipelines/steps/etl.ts';
import { snapshotStep } from '../../pipelines/steps/snapshot.ts';
import { trainStep } from '../../pipelines/steps/train.ts';
import { writeJsonLines } from '../../pipelines/write-json-lines.ts';
import { noProgress, type ProgressEvent } from '../../platform/progress.ts';
import { testWorld, type World } from './world.ts';

const SIMULATED = { clips: 80, athletes: 40, experts: 4, seed: 5 };

async function ingest({ folder, deps }: World, clips: number) {
  const { actions, scores, truth } = simulateClips(SIMULATED);
  const from = join(folder, 'source');
  mkdirSync(from);
  await writeJsonLines(from, 'actions.jsonl', actions.slice(0, clips));
  await writeJsonLines(from, 'scores.jsonl', scores);
  await etlStep(biomechanics, { from }, deps, { progress: noProgress });
  return { scores, truth };
}

describe('the panel of a product', () => {
  it('counts everything that experts rated, whether or not its poses are known', async () => {
    const world = testWorld();
    const { scores, truth } = await ingest(world, 3);
    const panel = (await panelOf(biomechanics, world.platform))!;
    expect(panel.items).toBe(new Set(scores.map((score) => score.action)).size);
    expect(panel.items).toBeGreaterThan(70);
    expect(panel.icc?.experts).toBe(4);
    expect(panel.noiseCeiling?.mae).toBeGreaterThan(0.3);
    truth.experts.forEach(({ rater, bias }) => {
      const found = panel.raters.find((one) => one.rater === rater)!;
      expect(Math.abs(found.bias - bias), rater).toBeLessThan(0.35);
    });
  });

  it('is undefined for a product without ratings', async () => {
    const { platform } = testWorld();
    expect(await panelOf(shots, platform)).toBeUndefined();
    expect(await panelOf(biomechanics, platform)).toBeUndefined();
  });

  it('reports that training is complete, even if the fit stops early', async () => {
    const world = testWorld();
    await ingest(world, 60);
    const snapshot = await snapshotStep(biomechanics, world.deps);
    const params = { trees: 400, earlyStopping: 5 };
    const request = { snapshot: snapshot.id, estimator: 'boosting', params, seed: 1, code: 'tests' };
    const events: ProgressEvent[] = [];
    const progress = (event: ProgressEvent) => events.push(event);
    await trainStep(biomechanics, request, world.deps, { progress });
    const { stage, done, total } = events.at(-1)!;
    expect({ stage, total }).toEqual({ stage: 'train boosting', total: done });
    expect(done).toBeLessThan(400);
  });

  it('comes with a baseline that is measured like the candidates', async () => {
    const world = testWorld();
    await ingest(world, 80);
    const snapshot = await snapshotStep(biomechanics, world.deps);
    const request = { snapshot: snapshot.id, estimator: 'linear', params: {}, seed: 1, code: 'tests' };
    const candidate = await trainStep(biomechanics, request, world.deps, { progress: noProgress });
    const baseline = await baselineOf(biomechanics, snapshot, candidate.package!, world.platform);
    expect(baseline.name).toBe('rules');
    expect(Object.keys(baseline.validation).sort()).toEqual(Object.keys(candidate.validation).sort());
    const { difference, low, high } = baseline.gain;
    // The package applies its final calibration, the candidate's metrics an out-of-fold one: close, but not equal.
    expect(difference).toBeCloseTo(baseline.validation.mae - candidate.validation.mae, 0);
    expect(low).toBeLessThan(difference);
    expect(high).toBeGreaterThan(difference);
  });
});
