import { TouchlineError } from '../platform/errors.ts';
import { requireSameLength } from './checks.ts';

/** Counts of both sides as shares of their sums; INVALID_INPUT where a side is empty or the bins do not pair up. */
export function sharesOf(reference: readonly number[], current: readonly number[]): [number[], number[]] {
  requireSameLength('bins', reference, current);
  return [share('reference', reference), share('current', current)];
}

function share(name: string, counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!(total > 0)) {
    throw new TouchlineError('INVALID_INPUT', `${name}: the ${counts.length} bins hold nothing.`);
  }
  return counts.map((count) => count / total);
}
