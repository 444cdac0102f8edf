import type { LinearMember } from '../definition.ts';
import { standardize } from '../predict.ts';

/**
 * Shapley values of a member that is a sum of single-column terms: each term minus its mean over the training rows, which
 * is 0 for standardised columns and already subtracted in each hinge. Adds `factor` times the values to `out`.
 */
export function addLinearShap(
  member: LinearMember,
  row: Float32Array,
  factor: number,
  out: Float64Array,
): void {
  const x = standardize(member.input, row, 0);
  for (let j = 0; j < x.length; j++) out[j] += factor * member.weights[j] * x[j];
  const { hinges } = member;
  if (!hinges) return;
  hinges.column.forEach((column, h) => {
    const hinge = Math.max(0, x[column] - hinges.knot[h]) - hinges.center[h];
    out[column] += factor * hinges.weight[h] * hinge;
  });
}
