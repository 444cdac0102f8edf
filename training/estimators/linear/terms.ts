import type { Matrix } from '../../../datasets/matrix.ts';
import type { Hinges, LinearMember, Standardizer } from '../../../models/definition.ts';
import { standardize } from '../../../models/predict.ts';
import { fitStandardizer, quantile, sortedKnown } from '../../standardizer.ts';

/** One column of the design, in units of the standardised input. */
export type Term =
  | { kind: 'line'; column: number }
  | { kind: 'hinge'; column: number; knot: number }
  | { kind: 'code'; column: number; code: number };

export interface Terms {
  input: Standardizer;
  terms: Term[];
}

/** A column with more codes than this holds names rather than categories and is left out. */
const MOST_CODES = 64;

/**
 * One linear term per numeric column, with `knots` hinges at inner quantiles if the column has that many values, and one
 * term per code of categorical columns.
 */
export function planTerms(train: Matrix, knots: number): Terms {
  const input = fitStandardizer(train);
  const terms: Term[] = [];
  train.columns.forEach((column, j) => {
    if (column.kind === 'categorical') {
      const codes = column.categories?.length ?? 0;
      if (codes > MOST_CODES) return;
      for (let code = 0; code < codes; code++) terms.push({ kind: 'code', column: j, code });
      return;
    }
    terms.push({ kind: 'line', column: j });
    const sorted = knots > 0 ? sortedKnown(train, j) : [];
    if (sorted.length === 0) return;
    const places = new Set<number>();
    for (let k = 1; k <= knots; k++) places.add(Math.fround(quantile(sorted, k / (knots + 1))));
    for (const place of places) {
      if (place > sorted[0] && place < sorted[sorted.length - 1])
        terms.push({
          kind: 'hinge',
          column: j,
          knot: Math.fround((place - input.mean[j]) / input.scale[j]),
        });
    }
  });
  return { input, terms };
}

/** Row-major, rows × terms; columns centred on `center` (their means over `train` when it was planned there). */
export function designOf({ input, terms }: Terms, matrix: Matrix): Float64Array {
  const width = matrix.columns.length;
  const out = new Float64Array(matrix.rows.length * terms.length);
  for (let row = 0; row < matrix.rows.length; row++) {
    const z = standardize(input, matrix.values, row * width);
    for (let t = 0; t < terms.length; t++) {
      const term = terms[t];
      const x = z[term.column];
      out[row * terms.length + t] =
        term.kind === 'line'
          ? x
          : term.kind === 'hinge'
            ? Math.max(0, x - term.knot)
            : Math.abs(x + input.mean[term.column] - term.code) < 0.5
              ? 1
              : 0;
    }
  }
  return out;
}

/** Column means of a design. */
export function centerOf(design: Float64Array, width: number): Float64Array {
  const center = new Float64Array(width);
  for (let i = 0; i < design.length; i++) center[i % width] += design[i];
  const rows = design.length / Math.max(1, width);
  return center.map((sum) => sum / rows);
}

/**
 * Coefficients of the terms as a member. A function f of codes 0…K−1 is the piecewise-linear curve through its values:
 * slope f(1) − f(0), and a hinge of f(k+1) − 2 f(k) + f(k−1) at each inner code.
 */
export function toMember(
  { input, terms }: Terms,
  fitted: { coefficients: ArrayLike<number>; center: ArrayLike<number>; intercept: number },
): LinearMember {
  const weights = new Float32Array(input.mean.length);
  const bends: { column: number; knot: number; weight: number; center: number }[] = [];
  const codes = new Map<number, { value: number[]; share: number[] }>();
  let intercept = fitted.intercept;
  terms.forEach((term, t) => {
    const weight = Math.fround(fitted.coefficients[t]);
    if (term.kind === 'line') {
      weights[term.column] = weight;
      intercept -= weight * fitted.center[t];
    } else if (term.kind === 'hinge') {
      if (weight !== 0)
        bends.push({ column: term.column, knot: term.knot, weight, center: Math.fround(fitted.center[t]) });
    } else {
      const entry = codes.get(term.column) ?? { value: [], share: [] };
      entry.value.push(fitted.coefficients[t]);
      entry.share.push(fitted.center[t]);
      codes.set(term.column, entry);
    }
  });
  for (const [column, { value, share }] of codes) {
    const mean = input.mean[column];
    const slope = Math.fround((value[1] ?? value[0]) - value[0]);
    weights[column] = slope;
    // The offset that makes the curve equal value[code] − Σ share · value at every code.
    intercept += value[0] - share.reduce((sum, s, code) => sum + s * value[code], 0) + slope * mean;
    for (let code = 1; code < value.length - 1; code++) {
      const weight = Math.fround(value[code + 1] - 2 * value[code] + value[code - 1]);
      if (weight === 0) continue;
      const center = Math.fround(share.reduce((sum, s, c) => sum + s * Math.max(0, c - code), 0));
      bends.push({ column, knot: Math.fround(code - mean), weight, center });
      intercept += weight * center;
    }
  }
  const hinges: Hinges = {
    column: Int32Array.from(bends, (bend) => bend.column),
    knot: Float32Array.from(bends, (bend) => bend.knot),
    center: Float32Array.from(bends, (bend) => bend.center),
    weight: Float32Array.from(bends, (bend) => bend.weight),
  };
  return {
    kind: 'linear',
    name: 'linear',
    input,
    weights,
    intercept: Math.fround(intercept),
    ...(bends.length > 0 ? { hinges } : {}),
  };
}
