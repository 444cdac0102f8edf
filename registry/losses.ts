import type { Task } from '../models/definition.ts';

export type Loss = 'absolute' | 'squared' | 'log';

/** Probabilities are clipped to this distance from 0 and 1, so that one confident mistake does not outweigh every other row. */
const MIN_PROBABILITY = 1e-7;

/**
 * Loss of one row: smaller is better.
 * @example
 * LOSSES.absolute(7, 5); // => 2
 * LOSSES.squared(7, 5); // => 4
 * LOSSES.log(1, 1) < LOSSES.log(1, 0.5); // => true
 */
export const LOSSES: Readonly<Record<Loss, (actual: number, predicted: number) => number>> = {
  absolute: (actual, predicted) => Math.abs(actual - predicted),
  squared: (actual, predicted) => (actual - predicted) ** 2,
  log: (actual, predicted) => {
    const p = Math.min(1 - MIN_PROBABILITY, Math.max(MIN_PROBABILITY, predicted));
    return -(actual * Math.log(p) + (1 - actual) * Math.log(1 - p));
  },
};

/**
 * The per-row loss that corresponds to a product's primary metric: this is what the gate compares.
 * @example
 * lossOf('rmse', 'regression'); // => 'squared'
 * lossOf('auc', 'binary'); // => 'log'
 */
export function lossOf(metric: string, task: Task): Loss {
  if (metric === 'logLoss') return 'log';
  if (metric === 'brier' || metric === 'rmse' || metric === 'r2') return 'squared';
  if (metric === 'mae') return 'absolute';
  return task === 'binary' ? 'log' : 'absolute';
}
