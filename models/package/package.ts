import type { FeatureColumn } from '../../datasets/matrix.ts';
import type { Json } from '../../platform/store/store.ts';
import type { ModelDefinition, Task } from '../definition.ts';
import type { Device } from '../onnx/device.ts';

/** Files of a package by relative path (`model.onnx`, `signature.json`, …). */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

/** `signature.json`: what goes in and what comes out. */
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
  /** Regression: ends of the scale. */
  scale?: readonly [number, number];
  /** Regression: share of scores that the interval holds. */
  intervalLevel?: number;
  /** SHA-256 of each other file of the package, so that a folder can be checked wherever it was carried. */
  files: Readonly<Record<string, string>>;
}

/** `features.json`: which feature set makes the columns, and what it learnt at fit. */
export interface FeaturesFile {
  set: string;
  version: number;
  /** State of each fitted feature by name. */
  fitted: Readonly<Record<string, Json>>;
}

/** `reference.json`: what each column looked like in training, for drift. */
export interface ReferenceProfile {
  rows: number;
  columns: {
    name: string;
    kind: 'numeric' | 'categorical';
    missing: number;
    /** A seeded sample of up to 2,000 values that were there (codes for categorical columns). */
    sample: number[];
  }[];
  /** A sample of outputs on validation rows. */
  predictions: number[];
  /** A few whole rows, null where not known: what features that are left out of an explanation are drawn from. */
  background?: (number | null)[][];
}

export interface Prediction {
  /** Score or probability, one a row. */
  value: Float64Array;
  /** Regression with an interval only. */
  low?: Float64Array;
  high?: Float64Array;
  /** One array a row: each member's own score or probability, on the scale of `value`. */
  members: Float64Array[];
}

/** Shapley values of one row: `base + Σ values = raw`, before calibration. */
export interface Explanation {
  base: number;
  values: Float64Array;
  raw: number;
}

/** Whatever answers rows: a loaded package, the fixed rules, a constant. */
export interface Predictor {
  readonly name: string;
  /** @param values row-major float32, rows × columns; NaN where not known. */
  predict(values: Float32Array): Promise<Prediction>;
}

/** A package that was loaded, checked against its hash and its golden outputs, and is ready to answer. */
export interface LoadedModel extends Predictor {
  /** Name of the estimator that fitted it. */
  readonly name: string;
  /** Content hash of the package. */
  readonly hash: string;
  /** What computes its predictions. */
  readonly device: Device;
  readonly signature: Signature;
  readonly features: FeaturesFile;
  readonly reference: ReferenceProfile;
  /** What the graph holds, read back from it. */
  readonly definition: ModelDefinition;
  /**
   * @param values row-major float32, rows × columns of the signature; NaN where not known. INVALID_INPUT for another
   * length or an infinite value, MODEL_ERROR once closed.
   */
  predict(values: Float32Array): Promise<Prediction>;
  /** Shapley values of one row. */
  explain(row: Float32Array): Promise<Explanation>;
  close(): Promise<void>;
}
