import fQuantile from '@stdlib/stats-base-dists-f-quantile';
import { TouchlineError } from '../platform/errors.ts';
import { requireFinite } from './checks.ts';
import { pearson } from './correlation.ts';
import { METRICS } from './metrics.ts';

/** Level of the confidence intervals. */
const LEVEL = 0.95;

/** Scores of one panel: one row per item, one column per rater, no missing scores. */
export type Panel = readonly ArrayLike<number>[];

/**
 * Intraclass correlations of Shrout and Fleiss (1979). First index: 1, every item has different raters; 2, the raters are
 * a sample and their absolute agreement counts; 3, the raters are fixed and their consistency counts. Second index: the
 * reliability of one rater, or of the mean of all k.
 */
export type IccForm = 'ICC(1,1)' | 'ICC(1,k)' | 'ICC(2,1)' | 'ICC(2,k)' | 'ICC(3,1)' | 'ICC(3,k)';

export interface Agreement {
  items: number;
  raters: number;
  /** Mean squares of the two-way table: between rows, between columns, residual, and within rows. */
  meanSquares: { rows: number; columns: number; error: number; within: number };
  /**
   * Estimates with 95 % intervals from the F distribution (McGraw and Wong 1996, table 7; ICC(2,·) by Satterthwaite's
   * approximation). At most 1, possibly negative.
   */
  icc: Record<IccForm, { value: number; low: number; high: number }>;
}

function requirePanel(scores: Panel, leastItems: number): { n: number; k: number } {
  const n = scores.length;
  const k = scores[0]?.length ?? 0;
  if (n < leastItems || k < 2) {
    throw new TouchlineError(
      'INSUFFICIENT_DATA',
      `Agreement needs at least ${leastItems} items scored by at least 2 raters: there are ${n} by ${k}.`,
    );
  }
  for (const row of scores) {
    if (row.length !== k) {
      throw new TouchlineError(
        'INVALID_INPUT',
        `Agreement needs every item to be scored by the same ${k} raters: one item has ${row.length} scores.`,
      );
    }
    requireFinite('agreement', row);
  }
  return { n, k };
}

function meanSquaresOf(scores: Panel, n: number, k: number): Agreement['meanSquares'] {
  const rowMeans = scores.map((row) => sum(row) / k);
  const columnMeans = Array.from(
    { length: k },
    (_, j) => scores.reduce((total, row) => total + row[j], 0) / n,
  );
  const grand = sum(rowMeans) / n;
  const rows = k * rowMeans.reduce((total, mean) => total + (mean - grand) ** 2, 0);
  const columns = n * columnMeans.reduce((total, mean) => total + (mean - grand) ** 2, 0);
  let within = 0;
  let error = 0;
  scores.forEach((row, i) => {
    for (let j = 0; j < k; j++) {
      within += (row[j] - rowMeans[i]) ** 2;
      error += (row[j] - rowMeans[i] - columnMeans[j] + grand) ** 2;
    }
  });
  return {
    rows: rows / (n - 1),
    columns: columns / (k - 1),
    error: error / ((n - 1) * (k - 1)),
    within: within / (n * (k - 1)),
  };
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/**
 * All six intraclass correlations of a complete panel, with 95 % intervals.
 * @throws INSUFFICIENT_DATA below 2 items or 2 raters; INVALID_INPUT if rows differ in length or a score is not finite
 * @example
 * // Table 2 of Shrout and Fleiss (1979): six targets, four judges.
 * const judges = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]];
 * const { icc } = intraclassCorrelation(judges);
 * icc['ICC(2,1)'].value; // => 0.29
 * icc['ICC(3,k)'].value; // => 0.91
 */
export function intraclassCorrelation(scores: Panel): Agreement {
  const { n, k } = requirePanel(scores, 2);
  const meanSquares = meanSquaresOf(scores, n, k);
  const { rows: r, columns: c, error: e, within: w } = meanSquares;
  const p = 1 - (1 - LEVEL) / 2;

  /** Forms 1 and 3, whose interval follows from one F ratio. */
  const byRatio = (noise: number, dof: number) => {
    const f = r / noise;
    const lowF = f / fQuantile(p, n - 1, dof);
    const highF = f * fQuantile(p, dof, n - 1);
    const single = (ratio: number) => (ratio - 1) / (ratio + k - 1);
    return {
      one: { value: (r - noise) / (r + (k - 1) * noise), low: single(lowF), high: single(highF) },
      mean: { value: (r - noise) / r, low: 1 - 1 / lowF, high: 1 - 1 / highF },
    };
  };
  const first = byRatio(w, n * (k - 1));
  const third = byRatio(e, (n - 1) * (k - 1));

  const second = (r - e) / (r + (k - 1) * e + (k * (c - e)) / n);
  const a = n * (1 + (k - 1) * second) - k * second;
  const columnsPart = (k * second * c) / e;
  const dof = ((k - 1) * (n - 1) * (columnsPart + a) ** 2) / ((n - 1) * columnsPart ** 2 + a ** 2);
  const lowF = fQuantile(p, n - 1, dof);
  const highF = fQuantile(p, dof, n - 1);
  const spread = k * c + (k * n - k - n) * e;
  const low = (n * (r - lowF * e)) / (lowF * spread + n * r);
  const high = (n * (highF * r - e)) / (spread + n * highF * r);
  const ofMean = (one: number) => (k * one) / (1 + (k - 1) * one);
  return {
    items: n,
    raters: k,
    meanSquares,
    icc: {
      'ICC(1,1)': first.one,
      'ICC(1,k)': first.mean,
      'ICC(2,1)': { value: second, low, high },
      'ICC(2,k)': { value: (r - e) / (r + (c - e) / n), low: ofMean(low), high: ofMean(high) },
      'ICC(3,1)': third.one,
      'ICC(3,k)': third.mean,
    },
  };
}

/** One rater compared with the mean of the others, on the scale of the scores: the human noise ceiling. */
export interface RaterAgainstOthers {
  /** Column of the rater. */
  rater: number;
  /** Mean of (rater − mean of the others). */
  bias: number;
  mae: number;
  rmse: number;
  pearson: number;
  /** R² of the rater as a predictor of the others' mean. */
  r2: number;
}

/**
 * Compares each rater of a complete panel with the mean of the others.
 * @throws INSUFFICIENT_DATA below 2 items or 2 raters; INVALID_INPUT if rows differ in length or a score is not finite
 * @example
 * ratersAgainstOthers([[1, 3], [2, 4], [3, 5]]).map(({ bias, mae }) => [bias, mae]); // => [[-2, 2], [2, 2]]
 */
export function ratersAgainstOthers(scores: Panel): RaterAgainstOthers[] {
  const { k } = requirePanel(scores, 2);
  return Array.from({ length: k }, (_, rater) => {
    const own = scores.map((row) => row[rater]);
    const others = scores.map((row) => (sum(row) - row[rater]) / (k - 1));
    return {
      rater,
      bias: sum(own.map((score, i) => score - others[i])) / own.length,
      mae: METRICS.mae.compute(others, own),
      rmse: METRICS.rmse.compute(others, own),
      pearson: pearson(own, others),
      r2: METRICS.r2.compute(others, own),
    };
  });
}
