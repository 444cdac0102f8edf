import type { FeatureColumn } from '../datasets/matrix.ts';

export type Task = 'regression' | 'binary';

/**
 * One tree as parallel arrays, a node a slot, the root at 0. Thresholds and leaf values are float32 already, so that
 * training, our evaluator and ONNX take the same branches.
 */
export interface Tree {
  /** Column that the node asks, or −1 for a leaf. */
  feature: Int32Array;
  threshold: Float32Array;
  left: Int32Array;
  right: Int32Array;
  /** 1 where a missing value goes left. */
  missingLeft: Uint8Array;
  /** Leaf value; 0 in inner nodes. */
  value: Float32Array;
  /** Training weight that passed the node; what path-dependent SHAP needs. */
  cover: Float64Array;
}

/** Values replace missing ones, then `(x − mean) / scale`. One entry a column. */
export interface Standardizer {
  impute: Float32Array;
  mean: Float32Array;
  scale: Float32Array;
}

/**
 * Bends of an additive model: `Σ weight · (max(0, standardized[column] − knot) − center)`. Piecewise linear curves of one
 * column each, and one-hot codes too, since any function of codes is a broken line through them. `center` is the mean
 * over training rows, so that the terms of a column are its Shapley value (base: the intercept). One entry a bend.
 */
export interface Hinges {
  column: Int32Array;
  knot: Float32Array;
  center: Float32Array;
  weight: Float32Array;
}

/** `w · standardized + hinges + intercept`. */
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
 * A fitted estimator. Its raw output is a score (regression) or, after `slope · raw + offset`, a log-odds (binary):
 * affine, so that SHAP values of members add up in one space. Forests, whose raw output is a share, need it; others
 * have slope 1 and offset 0.
 */
export type Member = (LinearMember | TreesMember | NetworkMember) & { slope: number; offset: number };

/** Applied to the weighted sum of the members. */
export type Calibration =
  | { kind: 'identity' }
  /** Regression: a + b · raw. Binary (Platt): sigmoid(a + b · raw). */
  | { kind: 'affine'; slope: number; intercept: number }
  /** Piecewise linear between points, flat outside; binary: of the log-odds to probability. `x` ascending. */
  | { kind: 'isotonic'; x: Float32Array; y: Float32Array };

/** Half-width of the interval around the score, by code of one categorical column where there is enough data. */
export interface IntervalRule {
  /** Share of scores that fall inside, 0–1 (split conformal, from validation rows). */
  level: number;
  /** Index of the categorical column, or null. */
  column: number | null;
  /** One half-width a code; a single entry where column is null. */
  halfWidths: Float32Array;
}

/** Everything that a graph computes: what an estimator fits and what ONNX carries. */
export interface ModelDefinition {
  task: Task;
  columns: readonly FeatureColumn[];
  members: Member[];
  /** One a member, adding up to 1. */
  weights: Float32Array;
  calibration: Calibration;
  /** Regression only: scale of the score, to which score and interval are clipped. */
  scale?: readonly [number, number];
  /** Regression only. */
  interval?: IntervalRule;
}
