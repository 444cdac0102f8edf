import { TouchlineError } from '../../platform/errors.ts';
import type { Json } from '../../platform/store/store.ts';
import { allColumns, type FeatureSet, type FittedRow } from '../features/feature-set.ts';
import type { Matrix } from '../matrix.ts';
import type { GoldRow, Snapshot } from './snapshot.ts';

/** @throws INVALID_INPUT if the snapshot was made with another feature set or another version of it */
export function checkFeatures(snapshot: Snapshot, set: FeatureSet<never>): void {
  const { name, version } = snapshot.features;
  if (name === set.name && version === set.version) return;
  throw new TouchlineError(
    'INVALID_INPUT',
    `Snapshot ${snapshot.id} holds features ${name} version ${version}, not ${set.name} version ${set.version}: make a new snapshot.`,
  );
}

/** The rows as the fitted feature `name` reads them. */
export function fittedRows(rows: readonly GoldRow[], name: string): FittedRow[] {
  return rows.map((row) => ({ input: inputOf(row, name), group: row.group, target: row.target }));
}

export function inputOf(row: GoldRow, name: string): Json {
  const input = row.inputs?.[name];
  if (input !== undefined) return input;
  throw new TouchlineError(
    'INVALID_INPUT',
    `Row ${row.id} lacks the inputs of the fitted feature ${name}: build gold again with this feature set.`,
  );
}

/**
 * A matrix of the plain values followed by those of the fitted features, as float32.
 * @param fittedValues for each fitted feature its values by row.
 */
export function toMatrix(
  rows: readonly GoldRow[],
  set: FeatureSet<never>,
  fittedValues: readonly (readonly number[][])[],
): Matrix {
  const columns = allColumns(set);
  const values = new Float32Array(rows.length * columns.length);
  rows.forEach((row, i) => {
    let at = i * columns.length;
    for (const value of row.values) values[at++] = value ?? Number.NaN;
    for (const feature of fittedValues) for (const value of feature[i]) values[at++] = value;
  });
  return {
    columns,
    values,
    target: Float64Array.from(rows, (row) => row.target),
    weight: new Float64Array(rows.length).fill(1),
    rows: rows.map(({ id, group, slices, ratings }) => ({
      id,
      group,
      slices,
      ...(ratings ? { ratings } : {}),
    })),
  };
}
