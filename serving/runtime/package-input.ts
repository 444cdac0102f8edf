import type { LoadedModel } from '../../models/package/package.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { NamedValues, PlainRow, ServedProduct } from '../product.ts';

/**
 * Refuses a package whose columns this server does not compute, or computes differently.
 * @throws PACKAGE_INVALID
 */
export function requireSameFeatures(product: ServedProduct, model: LoadedModel): void {
  const { set, version } = model.features;
  if (set !== product.features.name || version !== product.features.version)
    throw new TouchlineError(
      'PACKAGE_INVALID',
      `The package was made with features ${set} v${version}; this server computes ${product.features.name} v${product.features.version}.`,
    );
  const known = new Set(product.columns.map((column) => column.name));
  const unknown = model.signature.input.columns.find((column) => !known.has(column.name));
  if (unknown !== undefined)
    throw new TouchlineError(
      'PACKAGE_INVALID',
      `The package needs a column that this server does not compute: ${unknown.name}.`,
    );
}

/**
 * Every value that a package may read of one item, by name: plain features, and fitted ones computed with the state in
 * the package. Where the caller sent features, fitted ones keep the values sent.
 */
export function valuesFor(product: ServedProduct, model: LoadedModel, row: PlainRow): NamedValues {
  const { inputs } = row;
  if (inputs === undefined) return row.values;
  const values: Record<string, number> = { ...row.values };
  for (const feature of product.features.fitted ?? []) {
    const state = model.features.fitted[feature.name];
    if (state === undefined) continue;
    const computed = feature.apply(state, inputs[feature.name] ?? null);
    feature.columns.forEach((column, i) => {
      values[column.name] = computed[i];
    });
  }
  return values;
}

/** Row-major float32 in the order of the package's columns; NaN where a value is unknown. */
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
