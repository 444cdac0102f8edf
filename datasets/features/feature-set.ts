import { TouchlineError } from '../../platform/errors.ts';
import type { Json } from '../../platform/store/store.ts';
import type { FeatureColumn } from '../matrix.ts';

/** What fitted features read of a record, by feature name; kept in the snapshot beside the plain values. */
export type FittedInputs = Readonly<Record<string, Json>>;

/** A training row as a fitted feature sees it. */
export interface FittedRow {
  input: Json;
  group: string;
  target: number;
}

/**
 * Columns whose values need something learnt from training rows: a smoothed rate of a player, a distance to templates.
 * Training rows get values that their own group had no part in; all others get `apply` with the state of the package.
 */
export interface FittedFeature<S extends Json = Json> {
  name: string;
  columns: readonly FeatureColumn[];
  /** From training rows only. The state is plain JSON: it travels in `features.json`. */
  fit(rows: readonly FittedRow[]): S;
  /** Values in the order of `columns`, NaN where not known. */
  apply(state: S, input: Json): number[];
  /** A value list for each training row, its own group left out. */
  outOfFold(rows: readonly FittedRow[], seed: number): number[][];
}

/** How one kind of record becomes numbers: by the same code at training and at serving. */
export interface FeatureSet<R> {
  name: string;
  /** Raised whenever a value would come out differently. */
  version: number;
  /** Plain columns, which need nothing learnt. */
  columns: readonly FeatureColumn[];
  /** Values in the order of `columns`, NaN where not known. Throws INSUFFICIENT_QUALITY where nothing can be said. */
  extract(record: R): number[];
  /** Columns that follow the plain ones, in this order. */
  fitted?: readonly FittedFeature[];
  /** What the fitted features read of a record. */
  inputs?(record: R): FittedInputs;
}

/** All columns in the order of the model's input: plain ones, then fitted ones. */
export function allColumns(set: FeatureSet<never>): FeatureColumn[] {
  return [...set.columns, ...(set.fitted ?? []).flatMap((feature) => feature.columns)];
}

/** Values in the order of the columns. @throws INVALID_CONFIG where `extract` gives another number of values */
export function valuesOf<F>(features: FeatureSet<F>, subject: F): number[] {
  const values = features.extract(subject);
  if (values.length === features.columns.length) return values;
  throw new TouchlineError(
    'INVALID_CONFIG',
    `The features '${features.name}' declare ${features.columns.length} columns, but extract returned ${values.length} values: return one value for each column, NaN where it is not known.`,
  );
}
