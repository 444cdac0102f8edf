import { setImmediate } from 'node:timers/promises';
import type { Task } from '../../../models/definition.ts';
import { sigmoid } from '../../../models/predict.ts';
import { logLoss } from '../../log-loss.ts';

/** Data for the weights: raw outputs of each member on the same rows. */
export interface Blend {
  task: Task;
  /** One array per member: scores or log-odds. */
  raw: readonly Float64Array[];
  target: Float64Array;
  weight: Float64Array;
}

/** Members with smaller weights are dropped: they cost time at every prediction and add only noise. */
const LEAST = 0.02;

/** Milliseconds of computing before the event loop gets its turn. */
const SLICE_MS = 10;

/**
 * Projection onto `{ w ≥ 0, Σ w = 1 }` (Duchi et al. 2008, figure 1).
 * @example
 * ontoSimplex([1, 1]); // => [0.5, 0.5]
 * ontoSimplex([2, 0]); // => [1, 0]
 */
export function ontoSimplex(point: readonly number[]): number[] {
  const sorted = [...point].sort((a, b) => b - a);
  let sum = 0;
  let shift = 0;
  sorted.forEach((value, k) => {
    sum += value;
    const candidate = (sum - 1) / (k + 1);
    if (value - candidate > 0) shift = candidate;
  });
  return point.map((value) => Math.max(0, value - shift));
}

/** Weighted mean loss (squared error or log-loss) of the blended raw output, and its gradient with respect to the weights. */
export function blendLoss(
  { task, raw, target, weight }: Blend,
  shares: readonly number[],
): { loss: number; gradient: number[] } {
  const gradient = new Array<number>(raw.length).fill(0);
  let loss = 0;
  let total = 0;
  for (let row = 0; row < target.length; row++) {
    let r = 0;
    for (let m = 0; m < raw.length; m++) r += shares[m] * raw[m][row];
    const y = target[row];
    const w = weight[row];
    const error = task === 'binary' ? sigmoid(r) - y : r - y;
    loss += w * (task === 'binary' ? logLoss(r, y) : error * error);
    const slope = task === 'binary' ? w * error : 2 * w * error;
    for (let m = 0; m < raw.length; m++) gradient[m] += slope * raw[m][row];
    total += w;
  }
  return { loss: loss / total, gradient: gradient.map((g) => g / total) };
}

/** Projected gradient descent with backtracking; the loss is convex, so it ends at the best weights. */
async function descend(blend: Blend, start: number[], signal?: AbortSignal): Promise<number[]> {
  let shares = start;
  let { loss, gradient } = blendLoss(blend, shares);
  let step = 1;
  let since = performance.now();
  for (let iteration = 0; iteration < 300; iteration++) {
    let improved = false;
    for (let attempt = 0; attempt < 40; attempt++) {
      const next = ontoSimplex(shares.map((share, m) => share - step * gradient[m]));
      const at = blendLoss(blend, next);
      if (performance.now() - since > SLICE_MS) {
        await setImmediate();
        signal?.throwIfAborted();
        since = performance.now();
      }
      if (at.loss < loss) {
        improved = loss - at.loss > 1e-9 * Math.max(1e-9, loss);
        [shares, loss, gradient] = [next, at.loss, at.gradient];
        step *= 2;
        break;
      }
      step /= 2;
    }
    if (!improved) break;
  }
  return shares;
}

/**
 * Weights ≥ 0 that add up to 1 and minimise the loss of the blend on out-of-fold predictions (stacking with
 * non-negative weights: Breiman 1996, Stacked regressions, section 3). Members under 2 % get 0, and the rest
 * are fitted again.
 */
export async function fitWeights(blend: Blend, signal?: AbortSignal): Promise<number[]> {
  const count = blend.raw.length;
  const all = await descend(blend, new Array<number>(count).fill(1 / count), signal);
  const kept = all.flatMap((share, m) => (share >= LEAST ? [m] : []));
  if (kept.length === count) return all;
  const sum = kept.reduce((total, m) => total + all[m], 0);
  const start = kept.map((m) => all[m] / sum);
  const again = await descend({ ...blend, raw: kept.map((m) => blend.raw[m]) }, start, signal);
  const shares = new Array<number>(count).fill(0);
  kept.forEach((m, k) => {
    shares[m] = again[k];
  });
  return shares;
}
