import { TouchlineError } from '../../platform/errors.ts';
import type { Member, ModelDefinition } from '../definition.ts';
import { valuesOf } from '../package/golden.ts';
import type { Explanation, ReferenceProfile } from '../package/package.ts';
import { rawAll } from '../predict.ts';
import { addLinearShap } from './linear-shap.ts';
import { permutationShap } from './permutation-shap.ts';
import { treeShap } from './tree-shap.ts';

/** Computes the Shapley values of one row (float32, NaN where a value is missing). */
export type Explainer = (row: Float32Array) => Explanation;

interface MemberShap {
  base: number;
  explain(row: Float32Array, factor: number, out: Float64Array): void;
}

function shapOf(member: Member, background: Float32Array): MemberShap {
  if (member.kind === 'trees') return treeShap(member);
  if (member.kind === 'network') return permutationShap(member, background);
  return {
    base: member.intercept,
    explain: (row, factor, out) => addLinearShap(member, row, factor, out),
  };
}

/**
 * Shapley values of the raw output, before calibration: the members' values, weighted like the members, since each enters
 * through an affine step. `base + Σ values = raw` up to float rounding.
 * @param reference of the package; a network needs its `background`.
 */
export function explainerOf(
  model: ModelDefinition,
  reference: Pick<ReferenceProfile, 'background'>,
): Explainer {
  const width = model.columns.length;
  const rows = reference.background ?? [];
  if (rows.length === 0 && model.members.some((member) => member.kind === 'network'))
    throw new TouchlineError(
      'PACKAGE_INVALID',
      'A network can only be explained with background rows: reference.json has none.',
    );
  const background = valuesOf(rows, width);
  const parts = model.members.map((member, m) => {
    const shap = shapOf(member, background);
    const factor = model.weights[m] * member.slope;
    return { shap, factor, base: factor * shap.base + model.weights[m] * member.offset };
  });
  const base = parts.reduce((sum, part) => sum + part.base, 0);
  return (row) => {
    if (row.length !== width)
      throw new TouchlineError('INVALID_INPUT', `The row has ${row.length} values instead of ${width}.`);
    const values = new Float64Array(width);
    for (const { shap, factor } of parts) shap.explain(row, factor, values);
    return { base, values, raw: rawAll(model, row)[0] };
  };
}
