import type { LoadedModel } from '../../models/package/package.ts';
import type { NamedValues, PlainRow, ServedProduct } from '../product.ts';

/**
 * All values that a package may ask of one item, by name: the plain ones, and the fitted ones by the package's own state.
 * Fitted columns of an item that came as features keep what the caller gave.
 */
export function valuesFor(product: ServedProduct, model: LoadedModel, row: PlainRow): NamedValues {
  const { inputs } = row;
  if (inputs === undefined) return row.values;
  const values: Record<string, number> = { ...row.values };
  for (const feature of product.features.fitted ?? []) {
    const state = model.features.fitted[feature.name];
    if (state === undefined) continue;
    const made = feature.apply(state, inputs[feature.name] ?? null);
    feature.columns.forEach((column, i) => {
      values[column.name] = made[i];
    });
  }
  return values;
}

/** Row-major float32 in the order of the package's columns; NaN where not known. */
export function matrixFor(model: LoadedModel, rows: readonly NamedValues[]): Float32Array {
  const { columns } = model.signature.input;
  const matrix = new Float32Array(rows.length * columns.length);
  rows.forEach((values, row) => {
    columns.forEach((column, j) => {
      matrix[row * columns.length + j] = values[column.name] ?? Number.NaN;
    });
  });
  return matrix;
}
