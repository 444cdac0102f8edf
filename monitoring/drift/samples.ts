import type { ReferenceProfile } from '../../models/package/package.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { ColumnKind } from './detectors/detector.ts';

/** Rows to compare, as columns. */
export interface DriftSide {
  columns: readonly DriftColumn[];
  /** Scores or probabilities on the same rows. */
  predictions?: ArrayLike<number>;
  /** Id of each row, such as that of the logged prediction; the report's evidence refers to them. */
  ids?: readonly string[];
}

export interface DriftColumn {
  name: string;
  kind: ColumnKind;
  /** NaN where a value is missing, category codes where the column is categorical. */
  values: ArrayLike<number>;
  categories?: readonly string[];
}

/** A column ready to be compared. */
export interface ColumnSample {
  name: string;
  kind: ColumnKind;
  categories?: readonly string[];
  /** Finite values, in the order of the rows. */
  present: Float64Array;
  /** Number of rows, and how many of them lack the value. */
  rows: number;
  missing: number;
}

export interface Samples {
  rows: number;
  columns: ColumnSample[];
  predictions?: Float64Array;
}

/** The finite values, in order. */
function finite(values: ArrayLike<number>): Float64Array {
  const out = new Float64Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) out[n++] = values[i];
  return out.subarray(0, n);
}

function isProfile(side: ReferenceProfile | DriftSide): side is ReferenceProfile {
  return 'rows' in side;
}

/** Samples of a profile or of columns of values. @throws INVALID_INPUT where the columns differ in length */
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
          `Column ${name} has ${values.length} values, but the first column has ${rows}.`,
        );
      }
      const present = finite(values);
      return { name, kind, categories, present, rows, missing: rows - present.length };
    }),
    predictions: side.predictions && finite(side.predictions),
  };
}
