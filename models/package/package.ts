import type { FeatureColumn } from '../../datasets/matrix.ts';
import type { Json } from '../../platform/store/store.ts';
import type { ModelDefinition, Task } from '../definition.ts';
import type { Device } from '../onnx/device.ts';

/** Files of a package by relative path (`model.onnx`, `signature.json`, …). */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

/** `signature.json`: inputs and outputs of the model. */
export interface Signature {
  format: 1;
  product: string;
  task: Task;
  /** Name of the estimator that fitted it. */
  estimator: string;
  input: { name: 'features'; dtype: 'float32'; shape: ['N', number]; columns: readonly FeatureColumn[] };
  /** Names and shapes of the graph's outputs. */
  outputs: { name: string; shape: ['N'] | ['N', number] }[];
  /** Names of the members, in the order of the output `members`. */
  members: string[];
  weights: number[];
  /** Regression: lowest and highest possible score. */
  scale?: readonly [number, number];
  /** Regression: share of scores inside the interval. */
  intervalLevel?: number;
  /** SHA-256 of each other file of the package, so that a copied folder can be verified anywhere. */
  files: Readonly<Record<string, string>>;
}

/** `features.json`: the feature set that computes the columns, and its fitted state. */
export interface FeaturesFile {
  set: string;
  version: number;
  /** State of each fitted feature by name. */
  fitted: Readonly<Record<string, Json>>;
}

/** `reference.json`: the distribution of each column in training, for drift detection. */
export interface ReferenceProfile {
  rows: number;
  columns: {
    name: string;
    kind: 'numeric' | 'categorical';
    missing: number;
    /** A seeded sample of up to 2,000 present values (codes for categorical columns). */
    sample: number[];
  }[];
  /** A sample of outputs on validation rows. */
  predictions: number[];
  /** A few whole rows, null where missing: explanations draw the values of left-out features from them. */
  background?: (number | null)[][];
}

export interface Prediction {
  /** Score or probability of each row. */
  value: Float64Array;
  /** Regression with an interval only. */
  low?: Float64Array;
  high?: Float64Array;
  /** One array per row: each member's own score or probability, on the scale of `value`. */
  members: Float64Array[];
}

/** Shapley values of one row: `base + Σ values = raw`, before calibration. */
export interface Explanation {
  base: number;
  values: Float64Array;
  raw: number;
}

/** Anything that predicts: a loaded package, the fixed rules, a constant. */
export interface Predictor {
  readonly name: string;
  /** @param values row-major float32, rows × columns; NaN where missing */
  predict(values: Float32Array): Promise<Prediction>;
}

/** A package that was loaded, verified against its hash and golden outputs, and is ready to predict. */
export interface LoadedModel extends Predictor {
  /** Name of the estimator that fitted it. */
  readonly name: string;
  /** Content hash of the package. */
  readonly hash: string;
  /** Device that computes its predictions. */
  readonly device: Device;
  readonly signature: Signature;
  readonly features: FeaturesFile;
  readonly reference: ReferenceProfile;
  /** The model's definition, read back from the graph. */
  readonly definition: ModelDefinition;
  /**
   * @param values row-major float32, rows × columns of the signature; NaN where missing
   * @throws INVALID_INPUT for another length or an infinite value; MODEL_ERROR once closed
   */
  predict(values: Float32Array): Promise<Prediction>;
  /** Shapley values of one row. */
  explain(row: Float32Array): Promise<Explanation>;
  close(): Promise<void>;
}
