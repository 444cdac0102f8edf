import type { Matrix } from '../datasets/matrix.ts';
import type { ReferenceProfile } from '../models/package/package.ts';
import { TouchlineError } from '../platform/errors.ts';
import type { ColumnKind } from './detectors/detector.ts';

/** Rows to compare, by column: NaN where not known, codes where categorical. */
export interface DriftSide {
  columns: readonly DriftColumn[];
  /** Scores or probabilities on the same rows. */
  predictions?: ArrayLike<number>;
  /** Of each row, such as the ids of logged predictions: evidence names them. */
  ids?: readonly string[];
}

export interface DriftColumn {
  name: string;
  kind: ColumnKind;
  values: ArrayLike<number>;
  categories?: readonly string[];
}

/** A column ready to be compared. */
export interface ColumnSample {
  name: string;
  kind: ColumnKind;
  categories?: readonly string[];
  /** Known, finite values, in order. */
  present: Float64Array;
  /** Rows in all, and how many of them lack the value. */
  rows: number;
  missing: number;
}

export interface Samples {
  rows: number;
  columns: ColumnSample[];
  predictions?: Float64Array;
}

/** The finite ones among the values, in order. */
function finite(values: ArrayLike<number>): Float64Array {
  const out = new Float64Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) out[n++] = values[i];
  return out.subarray(0, n);
}

/** A matrix as a side, its row ids as evidence. */
export function sideOfMatrix(matrix: Matrix, predictions?: ArrayLike<number>): DriftSide {
  const width = matrix.columns.length;
  return {
    columns: matrix.columns.map((column, j) => ({
      name: column.name,
      kind: column.kind,
      categories: column.categories,
      values: Float32Array.from({ length: matrix.rows.length }, (_, row) => matrix.values[row * width + j]),
    })),
    predictions,
    ids: matrix.rows.map((row) => row.id),
  };
}

function isProfile(side: ReferenceProfile | DriftSide): side is ReferenceProfile {
  return 'rows' in side;
}

/** Either form of a side as samples. INVALID_INPUT where columns differ in length. */
export function samplesOf(side: ReferenceProfile | DriftSide): Samples {
  if (isProfile(side)) {
    return {
      rows: side.rows,
      columns: side.columns.map(({ name, kind, missing, sample }) => ({
        name,
        kind,
        present: finite(sample),
        rows: side.rows,
        missing: Math.round(missing * side.rows),
      })),
      predictions: side.predictions.length > 0 ? finite(side.predictions) : undefined,
    };
  }
  const rows = side.columns[0]?.values.length ?? side.predictions?.length ?? 0;
  return {
    rows,
    columns: side.columns.map(({ name, kind, values, categories }) => {
      if (values.length !== rows) {
        throw new TouchlineError(
          'INVALID_INPUT',
          `Column ${name} holds ${values.length} values where the first column holds ${rows}.`,
        );
      }
      const present = finite(values);
      return { name, kind, categories, present, rows, missing: rows - present.length };
    }),
    predictions: side.predictions && finite(side.predictions),
  };
}
