import type { LinearMember } from '../definition.ts';
import { standardize } from '../predict.ts';

/**
 * Shapley values of a member that is a sum of terms of one column each: every term minus its mean over training rows,
 * which is 0 for standardized columns and taken off inside each bend. Adds `factor` times them to `out`.
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
    const bent = Math.max(0, x[column] - hinges.knot[h]) - hinges.center[h];
    out[column] += factor * hinges.weight[h] * bent;
  });
}
