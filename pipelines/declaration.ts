import type { z } from 'zod';
import type { FeatureSet } from '../datasets/features/feature-set.ts';
import type { FeatureColumn } from '../datasets/matrix.ts';
import type { SnapshotRules } from '../datasets/quality/columns.ts';
import type { SplitRule } from '../datasets/snapshots/snapshot.ts';
import type { RowRules } from '../etl/plan.ts';
import type { Source } from '../etl/source.ts';
import type { Task } from '../models/definition.ts';
import type { Predictor } from '../models/package/package.ts';
import type { Json } from '../platform/store/store.ts';
import type { GateRules } from '../registry/gate.ts';
import type { FixedRules, ScoringPlan } from '../serving/product.ts';
import type { Params } from '../training/estimator.ts';
import type { MonitorPlan } from './product.ts';

/** One column of a product's features, with how its value is read from a record. */
export interface Feature<F> extends Partial<Omit<FeatureColumn, 'name'>> {
  /** Lower case in words by `_`; shown with the reasons of a prediction. */
  name: string;
  /** The value; undefined, null or NaN where it is not known. Of a categorical column: one of `categories`. */
  extract(record: F): number | string | boolean | null | undefined;
}

/** What a product is served with. `I` is one item as callers post it, `F` is what the features read. */
export interface ServingOptions<I, F> {
  input?: z.ZodType<I>;
  /** What the features read of an item; default: the item itself. May throw INVALID_INPUT or INSUFFICIENT_QUALITY. */
  toRecord?(input: I): F;
  /** One item that is answered with 200: for the documentation and the form of the page. */
  example?: Json;
  /** Fixed rules that answer while there is no model, and confirm the reasons of one. */
  rules?: FixedRules;
  /** The scoring page, by the product's name, where experts score its clips. */
  scoring?(product: string): ScoringPlan;
  /** Days of predictions that the drift report looks at; default 7. */
  windowDays?: number;
}

interface CommonDeclaration {
  /** Small letters, digits and hyphens: names the routes, the experiment, the registered model and the collections. */
  name: string;
  /** Default: the name in words. */
  title?: string;
  /** One sentence for people. */
  description: string;
  task: Task;
  /** Regression: the ends of the scale of the target. */
  scale?: readonly [number, number];
  /** Default: 60 % of the groups for training, 20 % for validation, 20 % for the test. */
  split?: SplitRule;
  /** What a snapshot demands of its columns and rows, where it differs from the defaults. */
  quality?: Partial<SnapshotRules>;
  /** Estimators by name with what differs from their defaults; default: `linear` and `boosting`. */
  estimators?: Readonly<Record<string, Params>>;
  /** Metric that chooses the best candidate; default: `mae` of a regression, `logLoss` of a binary outcome. */
  primary?: string;
  /** Categorical column by which the interval is calibrated; absent: one interval for all. */
  intervalColumn?: string;
  /** Where the gate differs from its defaults: ties within 0.2 % of the scale (binary: 0.001), 25 ms a prediction. */
  gate?: Partial<GateRules>;
  /** The model that a candidate must beat while there is no champion; absent: the mean of the training rows. */
  baseline?(columns: readonly FeatureColumn[]): Predictor;
  /** Default: a drift check every hour, whose critical alerts enqueue a retraining. */
  monitors?: Partial<MonitorPlan>;
  /** Writes simulated data into a folder that a source reads: `--from simulated`. */
  simulate?(folder: string, seed: number): Promise<void>;
  /** Simulated items as callers post them. */
  simulatedItems?(seed: number): Json[];
}

/** A product whose records are its rows: one schema says what a file holds, what is posted and what may be a feature. */
export interface RecordDeclaration<S extends z.ZodObject, K extends FieldOf<S>> extends CommonDeclaration {
  /** One record. Bounds, units (`.meta({ unit: 's' })`) and descriptions (`.describe`) are those of its features. */
  record: S;
  /** The fields that are no features. */
  row: {
    /** Default: `id`. */
    id?: K;
    /** Athlete, video or game: never on both sides of a split. */
    group: K;
    /** The score or the outcome; a record without it is kept and becomes no row. */
    target: K;
    /** Sorts rows in time: an ISO date; default: the id. */
    order?: K;
    /** Fields by whose values reports and the gate slice. */
    slices?: readonly FieldOf<S>[];
  };
  /** Default: every other number, choice and yes-or-no field of the record. */
  features?: FeatureSet<Omit<z.output<S>, K>> | readonly Feature<Omit<z.output<S>, K>>[];
  /** Default: files of records as CSV, JSON and JSON lines. */
  sources?: readonly Source<z.output<S>>[];
  /** Default: the input is the record without the fields of `row`. */
  serving?: ServingOptions<Omit<z.output<S>, K>, Omit<z.output<S>, K>>;
}

/** A product whose rows are joined from records of any kind: poses and the scores of experts, say. */
export interface RowsDeclaration<R, F, I> extends CommonDeclaration {
  /** Tried in order; the first that recognises the location reads it. */
  sources: readonly Source<R>[];
  /** How records become rows: see `etl/rows/`. */
  rows: RowRules<R, F>;
  features: FeatureSet<F> | readonly Feature<F>[];
  serving: ServingOptions<I, F> & { input: z.ZodType<I>; example: Json };
}

export type FieldOf<S extends z.ZodObject> = keyof z.output<S> & string;
