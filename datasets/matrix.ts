/** One feature: what it is called, what it may hold and what it means to a person. */
export interface FeatureColumn {
  name: string;
  kind: 'numeric' | 'categorical';
  /** A sentence for people; shown with SHAP factors. */
  description: string;
  unit?: string;
  /** Values that are possible at all, ends included. */
  range?: readonly [number, number];
  /** Of categorical columns: the value is the index into this list. */
  categories?: readonly string[];
  /** True where a source may lack it: its values are then NaN, never invented. */
  optional?: boolean;
}

/** One expert's score of one action, on the product's scale. */
export interface Rating {
  rater: string;
  score: number;
}

/** What is known of a row beside its values. */
export interface RowInfo {
  id: string;
  /** Athlete, video or game: never on both sides of a split. */
  group: string;
  /** Values by slice name, such as `{ action: 'shot', camera: 'left' }`. */
  slices: Readonly<Record<string, string>>;
  ratings?: readonly Rating[];
}

/** Rows ready to fit or to predict. `NaN` in `values` means: not known. */
export interface Matrix {
  columns: readonly FeatureColumn[];
  /** Row-major, rows.length × columns.length, rounded to float32 as ONNX sees them. */
  values: Float32Array;
  /** Given score or 0/1 outcome; NaN where there is none yet. */
  target: Float64Array;
  /** 1 unless the rater model or the product says otherwise. */
  weight: Float64Array;
  rows: readonly RowInfo[];
}

/** The rows at `indices`, in that order, as a matrix of its own. */
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
