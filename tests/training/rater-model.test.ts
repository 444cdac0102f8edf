import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Rating } from '../../datasets/matrix.ts';
import { seeded } from '../../platform/random.ts';
import { ratersAgainstOthers } from '../../statistics/agreement.ts';
import { fitRaterModel, raterModelOf, raterTargets } from '../../training/rater-model.ts';
import { smallMatrix } from './fixtures.ts';

const JUDGES = '../shared/data/skijump-judged/judges.csv';

/** Scores of 8 experts with known bias and spread, in half points, each leaving out some clips. */
function panel(options: { clips: number; seed: number; share?: number; repeats?: number }) {
  const random = seeded(options.seed, 'panel');
  const bias = [1.2, -0.9, 0.6, -0.4, 0.3, -0.6, 0, -0.2];
  const spread = [0.4, 0.5, 1.2, 0.6, 0.5, 0.8, 0.7, 0.4];
  const quality = Array.from({ length: options.clips }, () => 5 + 1.6 * random.normal());
  const items = quality.map((q): Rating[] =>
    bias.flatMap((b, j) => {
      if (random.uniform() > (options.share ?? 1)) return [];
      const score = () => Math.round(2 * (q + b + spread[j] * random.normal())) / 2;
      const times = random.uniform() < (options.repeats ?? 0) ? 2 : 1;
      return Array.from({ length: times }, () => ({ rater: `expert-${j}`, score: score() }));
    }),
  );
  return { bias, spread, quality, items };
}

const rmse = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.sqrt(Array.from(a, (x, i) => (x - b[i]) ** 2).reduce((sum, d) => sum + d, 0) / a.length);

describe('rater model', () => {
  it.each([1, 2, 3])('recovers bias within 0.2 points with 8 experts and 300 clips, seed %i', (seed) => {
    const { bias, spread, items } = panel({ clips: 300, seed, share: 0.6 });
    const { raters } = fitRaterModel(items);
    expect(raters.reduce((sum, rater) => sum + rater.bias, 0)).toBeCloseTo(0, 6);
    raters.forEach((rater, j) => {
      expect(Math.abs(rater.bias - bias[j])).toBeLessThan(0.2);
      expect(Math.abs(rater.spread - spread[j])).toBeLessThan(0.2);
    });
  });

  it('estimates the true quality better than the mean does', () => {
    const { quality, items } = panel({ clips: 300, seed: 4, share: 0.4 });
    const rated = items.flatMap((ratings, i) => (ratings.length > 0 ? [i] : []));
    const { targets, weights } = fitRaterModel(items);
    const mean = rated.map((i) => items[i].reduce((sum, r) => sum + r.score, 0) / items[i].length);
    const truth = rated.map((i) => quality[i]);
    expect(
      rmse(
        rated.map((i) => targets[i]),
        truth,
      ),
    ).toBeLessThan(0.75 * rmse(mean, truth));
    const unrated = items.findIndex((ratings) => ratings.length === 0);
    if (unrated >= 0) expect([targets[unrated], weights[unrated]]).toEqual([Number.NaN, 0]);
  });

  it('measures self-consistency, and gives no expert unlimited precision', () => {
    const { items } = panel({ clips: 200, seed: 5, repeats: 0.3 });
    const { raters } = fitRaterModel(items);
    expect(raters[2].selfConsistency).toBeGreaterThan(0.9);
    expect(raters[0].selfConsistency).toBeLessThan(0.6);
    const twins = panel({ clips: 30, seed: 6 }).items.map((ratings) => ratings.slice(0, 2));
    for (const { spread } of fitRaterModel(twins).raters) expect(spread).toBeGreaterThan(0.1);
  });

  it('assumes that an expert with two ratings is like the others', () => {
    const { items } = panel({ clips: 60, seed: 7 });
    const withNewcomer = items.map((ratings, i) =>
      i < 2 ? [...ratings, { rater: 'newcomer', score: ratings[0].score + 4 }] : ratings,
    );
    const newcomer = fitRaterModel(withNewcomer).raters.find(({ rater }) => rater === 'newcomer');
    expect(newcomer?.bias).toBeLessThan(4.5);
    expect(newcomer?.spread).toBeGreaterThan(0.3);
  });

  it('measures experts against each other as `statistics/` does', () => {
    const { items } = panel({ clips: 50, seed: 8 });
    const reference = ratersAgainstOthers(items.map((ratings) => ratings.map((rating) => rating.score)));
    const mean = reference.reduce((sum, rater) => sum + rater.mae, 0) / reference.length;
    expect(fitRaterModel(items).noiseCeiling?.mae).toBeCloseTo(mean, 9);
  });

  it('rejects too few experts or items, and names how many it needs', () => {
    expect(() => fitRaterModel([[{ rater: 'a', score: 1 }]])).toThrow('at least 2 experts and 2 rated items');
  });

  it('changes targets and weights of rated rows only', () => {
    const train = smallMatrix(100, { task: 'regression' });
    const { items } = panel({ clips: 99, seed: 9, share: 0.5 });
    const rated = {
      ...train,
      rows: train.rows.map((row, i) => (i < 99 && items[i].length > 0 ? { ...row, ratings: items[i] } : row)),
    };
    const model = raterModelOf(rated);
    const changed = raterTargets(rated);
    expect(changed.target[0]).toBeCloseTo(model?.targets[0] ?? Number.NaN, 9);
    expect(changed.target[99]).toBe(train.target[99]);
    expect(changed.weight[99]).toBe(1);
    expect(raterTargets(train)).toBe(train);
  });

  it.skipIf(!existsSync(JUDGES))(
    'gives the known agreement of ski jump judges (skipped where ../shared/data is absent)',
    () => {
      const [head, ...lines] = readFileSync(JUDGES, 'utf8').trim().split('\n');
      const first = head.split(',').indexOf('judge_a');
      const items = lines.map((line) =>
        line
          .split(',')
          .slice(first, first + 5)
          .map((score, j) => ({ rater: `judge-${j}`, score: Number(score) })),
      );
      const { icc, noiseCeiling } = fitRaterModel(items);
      expect(icc?.single.value).toBeCloseTo(0.8115, 4);
      expect(icc?.average.value).toBeCloseTo(0.9556, 4);
      expect(noiseCeiling?.mae).toBeCloseTo(0.323, 3);
    },
  );
});
