import type { FeatureColumn } from '../datasets/matrix.ts';

export type Task = 'regression' | 'binary';

/**
 * One tree as parallel arrays: one slot per node, the root at 0. Thresholds and leaf values are float32 already, so that
 * training, our evaluator and ONNX take the same branches.
 */
export interface Tree {
  /** Column that the node splits on, or −1 for a leaf. */
  feature: Int32Array;
  threshold: Float32Array;
  left: Int32Array;
  right: Int32Array;
  /** 1 where a missing value goes left. */
  missingLeft: Uint8Array;
  /** Leaf value; 0 in inner nodes. */
  value: Float32Array;
  /** Training weight that passed through the node, which path-dependent SHAP needs. */
  cover: Float64Array;
}

/** Imputes missing values, then computes `(x − mean) / scale`. One entry per column. */
export interface Standardizer {
  impute: Float32Array;
  mean: Float32Array;
  scale: Float32Array;
}

/**
 * Hinge terms of an additive model: `Σ weight · (max(0, standardised[column] − knot) − center)`. They make piecewise
 * linear curves of one column each, and one-hot codes too, since any function of codes is a polyline through them.
 * `center` is the mean over training rows, so that the terms of a column are its Shapley value (base: the intercept).
 * One entry per hinge.
 */
export interface Hinges {
  column: Int32Array;
  knot: Float32Array;
  center: Float32Array;
  weight: Float32Array;
}

/** `w · standardised + hinges + intercept`. */
export interface LinearMember {
  kind: 'linear';
  name: string;
  input: Standardizer;
  weights: Float32Array;
  intercept: number;
  hinges?: Hinges;
}

export interface TreesMember {
  kind: 'trees';
  name: string;
  trees: Tree[];
  /** `lt`: x < threshold goes left (XGBoost, ours); `le`: x ≤ threshold (LightGBM). */
  compare: 'lt' | 'le';
  /** Added to the sum (or mean) of the leaves. */
  base: number;
  aggregate: 'sum' | 'mean';
}

export interface DenseLayer {
  /** Row-major, inputs × units. */
  weights: Float32Array;
  bias: Float32Array;
  units: number;
  activation: 'relu' | 'linear';
}

export interface NetworkMember {
  kind: 'network';
  name: string;
  input: Standardizer;
  layers: DenseLayer[];
}

/**
 * A fitted estimator. `slope · raw + offset` is a score (regression) or a log-odds (binary). The step is affine, so that
 * SHAP values of members add up in one space. Forests need it, since their raw output is a share; the others have slope 1
 * and offset 0.
 */
export type Member = (LinearMember | TreesMember | NetworkMember) & { slope: number; offset: number };

/** Applied to the weighted sum of the members. */
export type Calibration =
  | { kind: 'identity' }
  /** Regression: a + b · raw. Binary (Platt): sigmoid(a + b · raw). */
  | { kind: 'affine'; slope: number; intercept: number }
  /** Piecewise linear between points, flat outside; binary: from log-odds to probability. `x` increases strictly. */
  | { kind: 'isotonic'; x: Float32Array; y: Float32Array };

/** Half-width of the interval around the score, by code of one categorical column where there is enough data. */
export interface IntervalRule {
  /** Share of scores inside the interval, 0–1 (split conformal, from validation rows). */
  level: number;
  /** Index of the categorical column, or null. */
  column: number | null;
  /** One half-width per code; a single entry where column is null. */
  halfWidths: Float32Array;
}

/** Everything that a model computes: the result of fitting, and the content of the ONNX graph. */
export interface ModelDefinition {
  task: Task;
  columns: readonly FeatureColumn[];
  members: Member[];
  /** One per member, adding up to 1. */
  weights: Float32Array;
  calibration: Calibration;
  /** Regression only: scale of the score, to which score and interval are clipped. */
  scale?: readonly [number, number];
  /** Regression only. */
  interval?: IntervalRule;
}
