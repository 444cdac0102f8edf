import type { Rating } from '../datasets/matrix.ts';
import { intraclassCorrelation } from '../statistics/agreement.ts';
import { METRICS } from '../statistics/metrics.ts';

type Items = readonly (readonly Rating[])[];

/** How well an expert predicts the mean of the others: averages over experts, in points of the scale. */
export interface NoiseCeiling {
  mae: number;
  rmse: number;
  r2: number;
}

/** Intraclass correlations of agreement (Shrout & Fleiss 1979) on the items that every expert rated. */
export interface Icc {
  /** ICC(2,1): reliability of one expert. */
  single: { value: number; low: number; high: number };
  /** ICC(2,k): reliability of the mean of all experts. */
  average: { value: number; low: number; high: number };
  items: number;
  experts: number;
}

/** Each expert's mean rating of an item, so that an expert who rated it twice counts once. */
function byRater(ratings: readonly Rating[]): Map<string, number> {
  const scores = new Map<string, number[]>();
  for (const { rater, score } of ratings) scores.set(rater, [...(scores.get(rater) ?? []), score]);
  return new Map([...scores].map(([rater, own]) => [rater, meanOf(own)]));
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation between ratings of one item by one expert, from successive pairs (√(Σ d² / 2n)). */
export function repeatSpread(items: Items, rater: string): number | undefined {
  const squares = items.flatMap((ratings) => {
    const own = ratings.filter((rating) => rating.rater === rater).map((rating) => rating.score);
    return own.slice(1).map((score, i) => (score - own[i]) ** 2);
  });
  return squares.length > 0 ? Math.sqrt(meanOf(squares) / 2) : undefined;
}

/** Undefined if no expert shares three items with another. */
export function noiseCeilingOf(items: Items): NoiseCeiling | undefined {
  const pairs = new Map<string, { own: number[]; others: number[] }>();
  for (const ratings of items) {
    const scores = byRater(ratings);
    if (scores.size < 2) continue;
    const sum = [...scores.values()].reduce((total, score) => total + score, 0);
    for (const [rater, score] of scores) {
      const pair = pairs.get(rater) ?? { own: [], others: [] };
      pair.own.push(score);
      pair.others.push((sum - score) / (scores.size - 1));
      pairs.set(rater, pair);
    }
  }
  const enough = [...pairs.values()].filter(({ own }) => own.length >= 3);
  if (enough.length === 0) return undefined;
  const average = (metric: 'mae' | 'rmse' | 'r2') => {
    const values = enough.map(({ own, others }) => METRICS[metric].compute(others, own));
    return meanOf(values.filter((value) => !Number.isNaN(value)));
  };
  return { mae: average('mae'), rmse: average('rmse'), r2: average('r2') };
}

/** Undefined if fewer than 5 items were rated by every expert. */
export function iccOf(items: Items): Icc | undefined {
  const panels = items.map(byRater);
  const raters = [...new Set(panels.flatMap((scores) => [...scores.keys()]))].sort();
  const complete = panels.filter((scores) => scores.size === raters.length);
  if (complete.length < 5 || raters.length < 2) return undefined;
  const { icc } = intraclassCorrelation(
    complete.map((scores) => raters.map((rater) => scores.get(rater) as number)),
  );
  return {
    single: icc['ICC(2,1)'],
    average: icc['ICC(2,k)'],
    items: complete.length,
    experts: raters.length,
  };
}
