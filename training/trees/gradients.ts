import type { Task } from '../../models/definition.ts';
import type { Table } from './table.ts';

/** Sum of gradients (or of hessians) that doubles hold exactly, as a power of two. */
const EXACT_BITS = 52;

/** The largest power of two of integers whose sum over `rows` rows is exact. */
export function gradientBits(rows: number): number {
  return Math.min(30, EXACT_BITS - Math.ceil(Math.log2(rows + 1)));
}

/** Smallest power of two that is not below `value`. */
export function powerOfTwo(value: number): number {
  return value > 0 ? 2 ** Math.ceil(Math.log2(value)) : 1;
}

/** Gain that a split must exceed, so that rounding errors of a constant target never pass for one. */
export function leastGain({ rows, target, weight }: Table, task: Task): number {
  let scale = 0;
  for (let row = 0; row < rows; row++) scale += weight[row] * (task === 'regression' ? target[row] ** 2 : 1);
  return 1e-14 * scale;
}
