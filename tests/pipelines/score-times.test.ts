import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scoreTimes } from '../../bench/quality/simulator.ts';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import { toMatrix } from '../../datasets/snapshots/to-matrix.ts';
import { loadPackage } from '../../models/package/load.ts';
import type { LoadedModel } from '../../models/package/package.ts';
import { biomechanicsFeatures } from '../../pipelines/biomechanics.ts';
import { trainCandidate } from '../../training/candidate.ts';
import { noLog } from '../../training/estimator.ts';
import { boosting } from '../../training/estimators/boosting/boosting.ts';
import { ensembleOf } from '../../training/estimators/ensemble/ensemble.ts';
import { linear } from '../../training/estimators/linear/linear.ts';
import { neural } from '../../training/estimators/neural/neural.ts';

/** Learning weights over folds takes a minute; only the number of members matters for the time of a score. */
const everyMember = {
  ...ensembleOf([linear, boosting, neural]),
  async fit(...[train, validation, , context]: Parameters<typeof linear.fit>) {
    const fits = [
      await linear.fit(train, validation, { knots: 0 }, context),
      await boosting.fit(train, validation, { trees: 300, depth: 4, earlyStopping: 0 }, context),
      await neural.fit(train, validation, { epochs: 2 }, context),
    ];
    return { members: fits.flatMap((fit) => fit.members), weights: [0.4, 0.3, 0.3], notes: {} };
  },
};

describe('a score in process', () => {
  let model: LoadedModel;

  beforeAll(async () => {
    const { actions, truth } = simulateClips({ clips: 260, athletes: 26, experts: 1, seed: 3 });
    const rows = actions.map((action) => ({
      ...{ id: action.id, group: action.athlete, order: '', target: truth.quality[action.id], slices: {} },
      values: biomechanicsFeatures.extract(action).map((value) => (Number.isFinite(value) ? value : null)),
    }));
    const { files } = await trainCandidate({
      ...{ estimator: everyMember, params: {}, product: 'biomechanics', task: 'regression', scale: [0, 10] },
      train: toMatrix(rows.slice(0, 220), biomechanicsFeatures, []),
      validation: toMatrix(rows.slice(220), biomechanicsFeatures, []),
      ...{ seed: 1, log: noLog, threads: 1 },
      features: { set: biomechanicsFeatures.name, version: biomechanicsFeatures.version, fitted: {} },
    });
    model = await loadPackage(files);
  });
  afterAll(() => model.close());

  // Measured in CPU time, since other tests run concurrently; a shared core may still slow down one attempt.
  it('takes under 5 ms from its poses, and under 25 ms with reasons', { retry: 3 }, async () => {
    expect(model.definition.members.map((member) => member.name)).toEqual(['linear', 'boosting', 'neural']);
    const { score, explained } = await scoreTimes(model, 60);
    expect(score.processor).toBeLessThan(5);
    expect(explained.processor).toBeLessThan(25);
  });
});
