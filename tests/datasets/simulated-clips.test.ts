import { Matrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { measureAction } from '../../datasets/features/biomechanics.ts';
import { actionSchema } from '../../datasets/records/action.ts';
import { expertScoreSchema, scoreKey } from '../../datasets/records/expert-score.ts';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import {
  SIMULATED_ACTIONS,
  TECHNIQUE,
  type Technique,
  trueQuality,
} from '../../datasets/simulator/technique.ts';
import { groupPosition } from '../../datasets/snapshots/split.ts';
import { ACTION_TYPES, biomechanicsFeatures } from '../../pipelines/biomechanics.ts';
import { hashJson } from '../../platform/hash.ts';

const simulated = simulateClips({ clips: 300, athletes: 40, experts: 8, seed: 1 });
const { actions, scores, truth } = simulated;

/** Mean of the first round by action. */
const panelMean = new Map<string, number>();
for (const { id } of actions) {
  const given = scores.filter(({ action, round }) => action === id && round === 1);
  panelMean.set(id, given.reduce((sum, { score }) => sum + score, 0) / given.length);
}
const targets = actions.map(({ id }) => panelMean.get(id)!);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const rSquared = (actual: readonly number[], predicted: readonly number[]) => {
  const centre = mean(actual);
  const total = actual.reduce((sum, y) => sum + (y - centre) ** 2, 0);
  return 1 - actual.reduce((sum, y, i) => sum + (y - predicted[i]) ** 2, 0) / total;
};

describe('simulated clips', () => {
  it('are reproducible by their seed', () => {
    const few = { clips: 6, athletes: 3, experts: 2 };
    expect(hashJson(simulateClips({ ...few, seed: 1 }))).toBe(hashJson(simulateClips({ ...few, seed: 1 })));
    expect(hashJson(simulateClips({ ...few, seed: 1 }))).not.toBe(
      hashJson(simulateClips({ ...few, seed: 2 })),
    );
  });

  it('start with the same clips for a larger number of clips', () => {
    const short = simulateClips({ clips: 5, athletes: 3, experts: 1, seed: 4 });
    const long = simulateClips({ clips: 9, athletes: 3, experts: 1, seed: 4 });
    expect(long.actions.slice(0, 5)).toEqual(short.actions);
  });

  it('are valid records with unique scores', () => {
    const schema = actionSchema(ACTION_TYPES);
    for (const action of actions.slice(0, 20)) expect(schema.safeParse(action).success).toBe(true);
    for (const score of scores) expect(expertScoreSchema.safeParse(score).success).toBe(true);
    expect(new Set(scores.map(scoreKey)).size).toBe(scores.length);
    expect(scores.some(({ round }) => round === 2)).toBe(true);
    expect(scores.filter(({ round }) => round === 1).length).toBeLessThan(300 * 8);
  });

  it('last one to two seconds at 30 frames and show every action and both legs', () => {
    for (const { poses } of actions) {
      expect(poses.frames.length / poses.fps).toBeGreaterThanOrEqual(1.1);
      expect(poses.frames.length / poses.fps).toBeLessThanOrEqual(2.05);
    }
    for (const type of SIMULATED_ACTIONS)
      expect(actions.filter((action) => action.type === type).length).toBeGreaterThan(60);
  });

  it('reject invalid counts', () => {
    expect(() => simulateClips({ clips: 0, athletes: 1, experts: 1, seed: 1 })).toThrow('clips must be');
  });
});

describe('true quality', () => {
  it('is highest near the optimum of each part, inside of its range', () => {
    for (const action of SIMULATED_ACTIONS) {
      const best = Object.fromEntries(
        Object.entries(TECHNIQUE[action]).map(([part, spec]) => [part, spec.best]),
      ) as unknown as Technique;
      expect(trueQuality(action, best)).toBeGreaterThan(9);
      for (const knee of [-25, 25])
        expect(trueQuality(action, { ...best, plantKnee: best.plantKnee + knee })).toBeLessThan(
          trueQuality(action, best) - 1,
        );
    }
  });

  it('has interactions: the optimal lean depends on the knee', () => {
    const at = (plantKnee: number, trunkLean: number) =>
      trueQuality('shot', {
        ...(Object.fromEntries(
          Object.entries(TECHNIQUE.shot).map(([part, spec]) => [part, spec.best]),
        ) as unknown as Technique),
        plantKnee,
        trunkLean,
      });
    const gainAtBentKnee = at(62, 23) - at(62, 13);
    const gainAtStraightKnee = at(22, 23) - at(22, 13);
    expect(gainAtBentKnee).toBeGreaterThan(0);
    expect(gainAtStraightKnee).toBeLessThan(0);
  });

  it('covers most of the scale', () => {
    const qualities = Object.values(truth.quality);
    expect(Math.min(...qualities)).toBeLessThan(3);
    expect(Math.max(...qualities)).toBeGreaterThan(9);
    expect(Math.max(...qualities)).toBeLessThan(10);
  });
});

describe('the panel', () => {
  it('has biases that add up to 0 and are visible in the scores', () => {
    expect(truth.experts.reduce((sum, { bias }) => sum + bias, 0)).toBeCloseTo(0, 9);
    for (const { rater, bias } of truth.experts) {
      const own = scores.filter((score) => score.rater === rater);
      const shown = mean(own.map((score) => score.score - truth.quality[score.action]));
      expect(Math.abs(shown - bias)).toBeLessThan(0.2);
    }
  });

  it('has the repeatability that its spread implies', () => {
    const first = new Map(
      scores.filter(({ round }) => round === 1).map((s) => [`${s.rater}/${s.action}`, s.score]),
    );
    const gaps = scores
      .filter(({ round }) => round === 2)
      .map(({ rater, action, score }) => score - first.get(`${rater}/${action}`)!);
    const within = Math.sqrt(mean(gaps.map((gap) => gap ** 2)) / 2);
    const spread = Math.sqrt(mean(truth.experts.map((expert) => expert.spread ** 2)));
    expect(within).toBeGreaterThan(0.7 * spread);
    expect(within).toBeLessThan(1.3 * spread);
  });
});

describe('quality predicted from the features', () => {
  const rows = actions.map((action) => biomechanicsFeatures.extract(action));
  const held = actions.map(({ athlete }) => groupPosition(athlete) >= 0.7);
  const training = [...actions.keys()].filter((i) => !held[i]);
  const testing = [...actions.keys()].filter((i) => held[i]);
  const wanted = testing.map((i) => targets[i]);

  it('has an R² above 0.8 and an MAE below 1 on held-out athletes by ridge regression', () => {
    const { columns } = biomechanicsFeatures;
    const used = [...columns.keys()].filter((j) => training.every((i) => !Number.isNaN(rows[i][j])));
    const standards = used.map((j) => {
      const values = training.map((i) => rows[i][j]);
      const centre = mean(values);
      return { j, centre, scale: Math.sqrt(mean(values.map((value) => (value - centre) ** 2))) || 1 };
    });
    const z = (i: number) => standards.map(({ j, centre, scale }) => (rows[i][j] - centre) / scale);
    const centre = mean(training.map((i) => targets[i]));
    const x = new Matrix(training.map(z));
    const gram = x.transpose().mmul(x).add(Matrix.eye(used.length).mul(20));
    const weights = solve(
      gram,
      x.transpose().mmul(Matrix.columnVector(training.map((i) => targets[i] - centre))),
    );
    const predicted = testing.map(
      (i) => centre + z(i).reduce((sum, value, k) => sum + value * weights.get(k, 0), 0),
    );
    expect(rSquared(wanted, predicted)).toBeGreaterThan(0.8);
    expect(mean(wanted.map((y, k) => Math.abs(y - predicted[k])))).toBeLessThan(1);
  });

  it('is clearly more accurate than by fixed rules', () => {
    const ruled = testing.map((i) => {
      const values = measureAction(actions[i], ACTION_TYPES);
      let score = 10;
      if (Math.min(values.left_knee_min, values.right_knee_min) < 90) score -= 2;
      if (values.trunk_lean_mean > 20) score -= 2;
      if (values.trunk_sway > 1.5) score -= 2;
      if (values.knee_symmetry > 15) score -= 1;
      return score;
    });
    expect(rSquared(wanted, ruled)).toBeLessThan(0.3);
  });
});
