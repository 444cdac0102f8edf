import type { Task } from '../../../models/definition.ts';
import { sigmoid } from '../../../models/predict.ts';
import { logLoss } from '../../log-loss.ts';

/** Base score: the weighted mean, or its log-odds at least half a row away from certainty; rounded to float32. */
export function baseScore(task: Task, target: Float64Array, weight: Float64Array): number {
  let total = 0;
  let sum = 0;
  for (let row = 0; row < target.length; row++) {
    total += weight[row];
    sum += weight[row] * target[row];
  }
  if (task === 'regression') return Math.fround(sum / total);
  const half = 0.5 / target.length;
  const share = Math.min(1 - half, Math.max(half, sum / total));
  return Math.fround(Math.log(share / (1 - share)));
}

/**
 * Weighted root mean squared error, or log-loss of raw outputs as log-odds. Sums are rounded to float32 first, as in the
 * exported member.
 */
export function loss(
  task: Task,
  base: number,
  sums: Float64Array,
  target: Float64Array,
  weight: Float64Array,
): number {
  let total = 0;
  let sum = 0;
  for (let row = 0; row < target.length; row++) {
    const raw = base + Math.fround(sums[row]);
    total += weight[row];
    sum += weight[row] * (task === 'regression' ? (raw - target[row]) ** 2 : logLoss(raw, target[row]));
  }
  return task === 'regression' ? Math.sqrt(sum / total) : sum / total;
}

/** Largest |gradient| of squared error among the rows [from, to). */
export function largestResidual(
  base: number,
  sums: Float64Array,
  target: Float64Array,
  weight: Float64Array,
  from: number,
  to: number,
): number {
  let largest = 0;
  for (let row = from; row < to; row++) {
    const size = Math.abs((base + sums[row] - target[row]) * weight[row]);
    if (size > largest) largest = size;
  }
  return largest;
}

/** Writes gradient and hessian of the rows [from, to) as whole multiples of their units. */
export function writeGradients(
  task: Task,
  base: number,
  sums: Float64Array,
  target: Float64Array,
  weight: Float64Array,
  units: { gradient: number; hessian: number },
  out: Int32Array,
  from: number,
  to: number,
): void {
  const perGradient = 1 / units.gradient;
  const perHessian = 1 / units.hessian;
  if (task === 'regression') {
    for (let row = from; row < to; row++) {
      const gradient = (base + sums[row] - target[row]) * weight[row];
      out[row * 2] = Math.floor(gradient * perGradient + 0.5);
      out[row * 2 + 1] = Math.max(1, Math.floor(weight[row] * perHessian + 0.5));
    }
    return;
  }
  for (let row = from; row < to; row++) {
    const p = sigmoid(base + sums[row]);
    out[row * 2] = Math.floor((p - target[row]) * weight[row] * perGradient + 0.5);
    // Never 0: the kernel takes a hessian of 0 for an empty bin.
    out[row * 2 + 1] = Math.max(1, Math.floor(p * (1 - p) * weight[row] * perHessian + 0.5));
  }
}
