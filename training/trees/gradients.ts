import type { Task } from '../../models/definition.ts';
import type { Table } from './table.ts';

/** Sums of gradients or hessians below this power of two are exact in doubles. */
const EXACT_BITS = 52;

/** The largest power of two for integers whose sum over `rows` rows is exact. */
export function gradientBits(rows: number): number {
  return Math.min(30, EXACT_BITS - Math.ceil(Math.log2(rows + 1)));
}

/**
 * The smallest power of two at or above `value`; 1 for 0.
 * @example
 * powerOfTwo(5); // => 8
 */
export function powerOfTwo(value: number): number {
  return value > 0 ? 2 ** Math.ceil(Math.log2(value)) : 1;
}

/** Least gain of a split, above the rounding errors of a constant target. */
export function leastGain({ rows, target, weight }: Table, task: Task): number {
  let scale = 0;
  for (let row = 0; row < rows; row++) scale += weight[row] * (task === 'regression' ? target[row] ** 2 : 1);
  return 1e-14 * scale;
}
