import { TouchlineError } from '../../platform/errors.ts';
import type { Json } from '../../platform/store/store.ts';
import type { FeatureColumn } from '../matrix.ts';

/** Inputs of the fitted features by feature name, stored in the snapshot with the plain values. */
export type FittedInputs = Readonly<Record<string, Json>>;

/** A training row as a fitted feature reads it. */
export interface FittedRow {
  input: Json;
  group: string;
  target: number;
}

/**
 * Columns whose values depend on a state learned from training rows, such as the smoothed rate of a player or a distance to
 * templates. Values of training rows exclude their own group; all other rows get `apply` with the state of the package.
 */
export interface FittedFeature<S extends Json = Json> {
  name: string;
  columns: readonly FeatureColumn[];
  /** Learns the state from training rows. It is plain JSON, stored in `features.json`. */
  fit(rows: readonly FittedRow[]): S;
  /** Values in the order of `columns`, NaN if unknown. */
  apply(state: S, input: Json): number[];
  /** Values of each training row, computed without its own group. */
  outOfFold(rows: readonly FittedRow[], seed: number): number[][];
}

/** How one kind of record becomes numbers, by the same code in training and in serving. */
export interface FeatureSet<R> {
  name: string;
  /** Incremented whenever a value changes. */
  version: number;
  /** The plain columns, which do not depend on a learned state. */
  columns: readonly FeatureColumn[];
  /** Values in the order of `columns`, NaN if unknown. @throws INSUFFICIENT_QUALITY if the record cannot be measured */
  extract(record: R): number[];
  /** Columns that follow the plain ones, in this order. */
  fitted?: readonly FittedFeature[];
  /** The inputs of the fitted features. */
  inputs?(record: R): FittedInputs;
}

/** All columns in the order of the model's input: the plain ones, then the fitted ones. */
export function allColumns(set: FeatureSet<never>): FeatureColumn[] {
  return [...set.columns, ...(set.fitted ?? []).flatMap((feature) => feature.columns)];
}

/** Values in the order of the columns. @throws INVALID_CONFIG if `extract` returns another number of values */
export function valuesOf<F>(features: FeatureSet<F>, subject: F): number[] {
  const values = features.extract(subject);
  if (values.length === features.columns.length) return values;
  throw new TouchlineError(
    'INVALID_CONFIG',
    `The features '${features.name}' declare ${features.columns.length} columns, but extract returned ${values.length} values: return one value for each column, NaN if it is unknown.`,
  );
}
