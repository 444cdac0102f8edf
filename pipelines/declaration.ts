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
  /** Letters, digits and `_`; the reasons of a prediction name the column by it. */
  name: string;
  /** The value: a number, or one of `categories` for a categorical column; undefined, null or NaN if it is unknown. */
  extract(record: F): number | string | boolean | null | undefined;
}

/** How a product is served. `I` is one item as callers post it, `F` is what the features read. */
export interface ServingOptions<I, F> {
  input?: z.ZodType<I>;
  /** What the features read from an item; default: the item itself. May throw INVALID_INPUT or INSUFFICIENT_QUALITY. */
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
  /** Lower-case letters, digits and hyphens. Routes, experiment, registered model and collections are named after it. */
  name: string;
  /** Default: made from the name, `Tennis serves` for `tennis-serves`. */
  title?: string;
  /** One sentence that pages and documentation show. */
  description: string;
  task: Task;
  /** Regression: lowest and highest possible value of the target. */
  scale?: readonly [number, number];
  /** Default: `DEFAULT_SPLIT`, 60 % of the groups for training and 20 % each for validation and test. */
  split?: SplitRule;
  /** Quality rules of a snapshot that differ from the defaults. */
  quality?: Partial<SnapshotRules>;
  /** Estimators by name, each with the parameters that differ from its defaults; default: `linear` and `boosting`. */
  estimators?: Readonly<Record<string, Params>>;
  /** Metric that selects the best candidate; default: `mae` for a regression, `logLoss` for a binary task. */
  primary?: string;
  /** Categorical column whose values get their own calibrated interval; absent: one interval for all rows. */
  intervalColumn?: string;
  /** Gate rules that differ from the defaults: a tie within 0.2 % of the scale (binary: 0.001), at most 25 ms per prediction. */
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
  /** One record. Features take their bounds, units (`.meta({ unit: 's' })`) and descriptions (`.describe`) from it. */
  record: S;
  /** Fields with a role of their own, which are not features. */
  row: {
    /** Default: `id`. */
    id?: K;
    /** Athlete, video or game: all rows of a group are in the same part of a split. */
    group: K;
    /** The score or the outcome. A record without it is stored but does not become a row. */
    target: K;
    /** Orders rows in time, such as an ISO date; default: the id. */
    order?: K;
    /** Fields whose values are the slices of reports and of the gate. */
    slices?: readonly FieldOf<S>[];
  };
  /** Default: all other number, choice and boolean fields of the record. */
  features?: FeatureSet<Omit<z.output<S>, K>> | readonly Feature<Omit<z.output<S>, K>>[];
  /** Default: files of records as CSV, JSON and JSON lines. */
  sources?: readonly Source<z.output<S>>[];
  /** Default: the input is the record without the fields of `row`. */
  serving?: ServingOptions<Omit<z.output<S>, K>, Omit<z.output<S>, K>>;
}

/** A product whose rows are joined from several records, such as poses and the scores of experts. */
export interface RowsDeclaration<R, F, I> extends CommonDeclaration {
  /** Tried in order; the first that recognises the location reads it. */
  sources: readonly Source<R>[];
  /** How records become rows: see `etl/rows/`. */
  rows: RowRules<R, F>;
  features: FeatureSet<F> | readonly Feature<F>[];
  serving: ServingOptions<I, F> & { input: z.ZodType<I>; example: Json };
}

export type FieldOf<S extends z.ZodObject> = keyof z.output<S> & string;
