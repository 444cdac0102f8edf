/** One feature: its name, its possible values and its meaning for people. */
export interface FeatureColumn {
  name: string;
  kind: 'numeric' | 'categorical';
  /** A sentence for people, shown with SHAP factors. */
  description: string;
  unit?: string;
  /** The possible values, both ends included. */
  range?: readonly [number, number];
  /** The categories of a categorical column, whose values are indices into this list. */
  categories?: readonly string[];
  /** True if a source may lack it; its values are then NaN. */
  optional?: boolean;
}

/** One expert's score of one item, on the product's scale. */
export interface Rating {
  rater: string;
  score: number;
}

/** What is known about a row besides its values. */
export interface RowInfo {
  id: string;
  /** Athlete, video or game. A group is never in two parts of a split. */
  group: string;
  /** Value by slice name, such as `{ action: 'shot', camera: 'left' }`. */
  slices: Readonly<Record<string, string>>;
  ratings?: readonly Rating[];
}

/** Rows to fit on or to predict. `NaN` in `values` means unknown. */
export interface Matrix {
  columns: readonly FeatureColumn[];
  /** Row-major, rows.length × columns.length, in float32 as the ONNX graph reads them. */
  values: Float32Array;
  /** Given score or 0/1 outcome; NaN if there is none yet. */
  target: Float64Array;
  /** 1 unless the rater model or the product sets another weight. */
  weight: Float64Array;
  rows: readonly RowInfo[];
}

/** A matrix of the rows at `indices`, in that order. */
export function takeRows(matrix: Matrix, indices: readonly number[]): Matrix {
  const width = matrix.columns.length;
  const values = new Float32Array(indices.length * width);
  indices.forEach((from, to) => {
    values.set(matrix.values.subarray(from * width, (from + 1) * width), to * width);
  });
  return {
    columns: matrix.columns,
    values,
    target: Float64Array.from(indices, (i) => matrix.target[i]),
    weight: Float64Array.from(indices, (i) => matrix.weight[i]),
    rows: indices.map((i) => matrix.rows[i]),
  };
}
