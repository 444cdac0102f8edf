import type { FeatureSet } from '../datasets/features/feature-set.ts';
import type { FeatureColumn } from '../datasets/matrix.ts';
import type { SnapshotRules } from '../datasets/quality/columns.ts';
import type { SplitRule } from '../datasets/snapshots/snapshot.ts';
import type { EtlPlan } from '../etl/plan.ts';
import type { Task } from '../models/definition.ts';
import type { Predictor } from '../models/package/package.ts';
import type { DriftOptions } from '../monitoring/drift/options.ts';
import type { ScoreBounds } from '../monitoring/score-bounds.ts';
import type { Json } from '../platform/store/store.ts';
import type { GateRules } from '../registry/gate.ts';
import type { ServedProduct } from '../serving/product.ts';
import type { Params } from '../training/estimator.ts';

/** How candidates of a product are trained and compared. */
export interface TrainingPlan {
  /**
   * Estimators by name with what differs from their defaults, in the order in which they are fitted. Those whose engine
   * is not installed are left out.
   */
  estimators: Readonly<Record<string, Params>>;
  /** Metric, by name, by which the best candidate is chosen on the validation part and judged by the gate. */
  primaryMetric: string;
  /** Metrics that are reported: those of the task. */
  metrics: readonly string[];
  /** True where rows carry ratings: the rater model then makes targets and weights of the training rows. */
  raters: boolean;
  /** Categorical column by which the interval is calibrated; absent: one interval for all. */
  intervalColumn?: string;
}

export interface MonitorPlan {
  /** Bounds on the predictions themselves, on the product's own scale. */
  scoreBounds?: ScoreBounds;
  /** Drift detectors by column, where type and size of the column should not choose: `{ toss: 'psi' }`. */
  detectors?: DriftOptions['detectors'];
  /** Whether a critical alert enqueues a retraining job; its candidate must still pass the gate. */
  retrain: boolean;
  /** Cron expression, UTC, of the drift check that a worker runs. */
  cron: string;
}

/** A product as the platform works with it. Made by `defineProduct`; the other modules receive its parts. */
export interface Product {
  /** Also the name of its experiment and of its registered model. */
  name: string;
  task: Task;
  /** Regression: ends of the scale of the score. */
  scale?: readonly [number, number];
  etl: EtlPlan;
  features: FeatureSet<never>;
  split: SplitRule;
  quality?: Partial<SnapshotRules>;
  training: TrainingPlan;
  gate: GateRules;
  /** The model that a candidate must beat while there is no champion; absent: the mean of the training rows. */
  baseline?(columns: readonly FeatureColumn[]): Predictor;
  monitors: MonitorPlan;
  serving: ServedProduct;
  /** Writes simulated data into a folder that a source reads, so that the product runs without any data. */
  simulate?(folder: string, seed: number): Promise<void>;
  /** Simulated items as callers post them. */
  simulatedItems?(seed: number): Json[];
}
