import { TouchlineError } from '../platform/errors.ts';
import { requireSameLength } from './checks.ts';

/**
 * The counts of both sides as shares of their sums.
 * @throws INVALID_INPUT if a side is empty or the numbers of bins differ
 * @example
 * sharesOf([1, 3], [2, 2]); // => [[0.25, 0.75], [0.5, 0.5]]
 */
export function sharesOf(reference: readonly number[], current: readonly number[]): [number[], number[]] {
  requireSameLength('bins', reference, current);
  return [share('reference', reference), share('current', current)];
}

function share(name: string, counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!(total > 0)) {
    throw new TouchlineError('INVALID_INPUT', `${name}: all of the ${counts.length} bins are empty.`);
  }
  return counts.map((count) => count / total);
}
