import type { Matrix } from '../datasets/matrix.ts';
import type { Calibration, IntervalRule, Task } from '../models/definition.ts';
import { calibrate } from '../models/predict.ts';
import { fitAffine } from '../statistics/affine.ts';
import { fitIsotonic } from '../statistics/isotonic.ts';
import { METRICS } from '../statistics/metrics.ts';
import { fitPlatt } from '../statistics/platt.ts';
import { foldRows, groupFolds } from './out-of-fold.ts';

/** Fewest validation rows from which a slope is estimated. */
const FEWEST_ROWS = 30;

/** Fewest rows for isotonic calibration: a monotone curve needs more of them than a line. */
const FEWEST_ISOTONIC = 1_000;

/** Fewest rows of one code for an interval of its own. */
const FEWEST_OF_CODE = 30;

type Fitter = (raw: Float64Array, target: Float64Array) => Calibration;

const identity: Fitter = () => ({ kind: 'identity' });

const platt: Fitter = (raw, target) => rounded(fitPlatt(raw, target));

const affine: Fitter = (raw, target) => rounded(fitAffine(raw, target));

const rounded = ({ slope, intercept }: { slope: number; intercept: number }): Calibration => ({
  kind: 'affine',
  slope: Math.fround(slope),
  intercept: Math.fround(intercept),
});

/** Shares of 0 and 1 are moved in by one row, so that no block predicts certainty. */
const isotonic: Fitter = (raw, target) => {
  const fitted = fitIsotonic(raw, target);
  const edge = 1 / (raw.length + 2);
  const points: [number, number][] = [];
  fitted.x.forEach((x, i) => {
    const at = Math.fround(x);
    // Two points that are equal in float32 would divide by zero, so only the first is kept.
    if (points.length > 0 && points[points.length - 1][0] >= at) return;
    points.push([at, Math.min(1 - edge, Math.max(edge, fitted.y[i]))]);
  });
  return {
    kind: 'isotonic',
    x: Float32Array.from(points, ([x]) => x),
    y: Float32Array.from(points, ([, y]) => y),
  };
};

export interface CalibrationChoice {
  calibration: Calibration;
  /** Calibrated predictions of the validation rows, each by a calibration that was fitted without its fold. */
  outOfFold: Float64Array;
}

/**
 * Chooses how raw outputs become scores or probabilities, by cross-validation over the groups of the validation rows:
 * identity unless another kind has a lower loss. Binary: Platt's sigmoid, and isotonic from 1,000 rows on. Regression:
 * a straight line.
 */
export function chooseCalibration(
  task: Task,
  validation: Matrix,
  raw: Float64Array,
  seed: number,
): CalibrationChoice {
  const candidates: Record<string, Fitter> = { identity };
  if (raw.length >= FEWEST_ROWS)
    candidates[task === 'binary' ? 'platt' : 'affine'] = task === 'binary' ? platt : affine;
  if (task === 'binary' && raw.length >= FEWEST_ISOTONIC) candidates.isotonic = isotonic;
  const loss = task === 'binary' ? METRICS.logLoss : METRICS.rmse;
  const folds = groupFolds(validation.rows, 5, seed);
  let best: { name: string; loss: number; outOfFold: Float64Array } | undefined;
  for (const [name, fitTo] of Object.entries(candidates)) {
    const outOfFold = new Float64Array(raw.length);
    for (let which = 0; which < folds.count; which++) {
      const { inside, outside } = foldRows(folds.fold, which);
      const from = outside.length > 0 ? outside : inside;
      const fitted = fitTo(
        Float64Array.from(from, (i) => raw[i]),
        Float64Array.from(from, (i) => validation.target[i]),
      );
      for (const row of inside) outOfFold[row] = calibrate(fitted, task, raw[row]);
    }
    const reached = raw.length > 0 ? loss.compute(validation.target, outOfFold) : 0;
    if (!best || reached < best.loss) best = { name, loss: reached, outOfFold };
  }
  const { name, outOfFold } = best as NonNullable<typeof best>;
  const calibration = candidates[name](raw, validation.target);
  // A falling line would reverse the order of the scores: such a model has learnt nothing to calibrate.
  if (calibration.kind === 'affine' && calibration.slope <= 0)
    return {
      calibration: { kind: 'identity' },
      outOfFold: raw.map((r) => calibrate({ kind: 'identity' }, task, r)),
    };
  return { calibration, outOfFold };
}

/**
 * Split conformal half-width: the ⌈(n + 1) · level⌉-th smallest absolute residual (Lei et al. 2018, Distribution-free
 * predictive inference for regression, eq. 2); the largest one if there are too few rows for the level.
 */
export function conformalHalfWidth(residuals: readonly number[], level: number): number {
  const sorted = residuals.map(Math.abs).sort((a, b) => a - b);
  const rank = Math.min(sorted.length, Math.ceil((sorted.length + 1) * level));
  return sorted[rank - 1] ?? Number.POSITIVE_INFINITY;
}

/**
 * Prediction interval from validation rows, for each code of `column` that has at least 30 of them. Other codes, and
 * models without such a column, get the half-width of all rows together.
 * @param scores calibrated scores of the validation rows, clipped to the scale.
 */
export function fitInterval(
  validation: Matrix,
  scores: ArrayLike<number>,
  level: number,
  column: string | undefined,
): IntervalRule {
  const residuals = [...validation.target].map((given, i) => given - scores[i]);
  const overall = conformalHalfWidth(residuals, level);
  const at = validation.columns.findIndex((c) => c.name === column);
  const codes = at >= 0 ? (validation.columns[at].categories?.length ?? 0) : 0;
  if (codes === 0) return { level, column: null, halfWidths: Float32Array.of(overall) };
  const width = validation.columns.length;
  const halfWidths = Float32Array.from({ length: codes }, (_, code) => {
    const own = residuals.filter((_, i) => validation.values[i * width + at] === code);
    return own.length >= FEWEST_OF_CODE ? conformalHalfWidth(own, level) : overall;
  });
  return { level, column: at, halfWidths };
}
