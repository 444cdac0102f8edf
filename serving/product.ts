import { z } from 'zod';
import type { FeatureSet, FittedInputs } from '../datasets/features/feature-set.ts';
import { allColumns, valuesOf } from '../datasets/features/feature-set.ts';
import type { FeatureColumn } from '../datasets/matrix.ts';
import type { Task } from '../models/definition.ts';
import type { Explanation } from '../models/package/package.ts';
import type { DriftOptions } from '../monitoring/drift/options.ts';
import type { Blobs } from '../platform/blobs/blobs.ts';
import { TouchlineError } from '../platform/errors.ts';
import type { Json, Store } from '../platform/store/store.ts';
import '../platform/zod-messages.ts';

/** Values of one row by column name; NaN where not known. */
export type NamedValues = Readonly<Record<string, number>>;

/** One item of a request, ready for any package of the product. */
export interface PlainRow {
  /** Plain columns; fitted ones too where the caller gave them. */
  values: NamedValues;
  /** What fitted features read; absent where the caller gave features instead of a record. */
  inputs?: FittedInputs;
}

/** Fixed rules as serving needs them: they answer where no model can, and confirm advice where one did. */
export interface FixedRules {
  /** Score on the product's scale, and what the row does wrong. */
  judge(columns: readonly FeatureColumn[], row: ArrayLike<number>): Verdict;
  /** Advice where a factor of the model and a rule agree. */
  advise(
    explanation: Pick<Explanation, 'values'>,
    columns: readonly FeatureColumn[],
    row: ArrayLike<number>,
  ): readonly { factor: string; text: string }[];
}

/** What the rules say about one row. */
export interface Verdict {
  score: number;
  /** The costliest first. */
  breaches: readonly {
    rule: { name: string; advice: { below?: string; above?: string } };
    side: 'below' | 'above';
  }[];
}

/** One clip as the scoring page plays it. */
export interface ScoringClip {
  id: string;
  /** What is done in it, for the expert: `shot`, `pass` … */
  action: string;
  /** Frames per second. */
  fps: number;
  /** Pairs of point indices that are drawn as bones. */
  bones: readonly (readonly [number, number])[];
  /** Frames of points `[x, y]`, y downwards, in any unit; null where a point was not seen. */
  frames: readonly (readonly (readonly [number, number] | null)[])[];
}

/** What the scoring page asks of a product whose targets are experts' scores. */
export interface ScoringPlan {
  /** What the numbers mean, from low to high, both ends included. */
  guide: readonly { from: number; to: number; meaning: string }[];
  /** Ids of the clips that may be scored. */
  clips(source: { store: Store; blobs: Blobs }): Promise<readonly string[]>;
  /** Scores of a clip in a round that came with the data, in addition to those given on the page. */
  scores?(
    id: string,
    round: number,
    source: { store: Store; blobs: Blobs },
  ): Promise<readonly { rater: string; score: number }[]>;
  /** One clip; undefined if no clip has this id. */
  clip(id: string, source: { store: Store; blobs: Blobs }): Promise<ScoringClip | undefined>;
}

/** What serving needs of a product's declaration. `R` is the record that its feature set reads. */
export interface ServingDeclaration<I, R> {
  /** Name of the product and of its registered model. */
  name: string;
  title: string;
  /** One sentence for people. */
  description: string;
  task: Task;
  /** Regression: ends of the scale of the score. */
  scale?: readonly [number, number];
  /** One item as callers post it. Objects should be strict, numbers bounded. */
  input: z.ZodType<I>;
  /** What the feature set reads; may throw INVALID_INPUT or INSUFFICIENT_QUALITY. */
  toRecord(input: I): R;
  features: FeatureSet<R>;
  /** One item that is answered with 200; shown in the documentation and in the form of the page. */
  example: Json;
  rules?: FixedRules;
  scoring?: ScoringPlan;
  /** Days of predictions that the drift report looks at; default 7. */
  windowDays?: number;
  /** Drift detectors by column, where type and size of the column should not choose. */
  detectors?: DriftOptions['detectors'];
}

/** The last part of the route of predictions: a score where experts score, a prediction of an outcome otherwise. */
const VERBS: Readonly<Record<Task, string>> = { regression: 'score', binary: 'predict' };

/** A product as serving knows it: the declaration without its types. */
export interface ServedProduct {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly task: Task;
  readonly path: string;
  readonly scale: readonly [number, number];
  /** An interval wider than this is marked `wide`: 40 % of the scale. */
  readonly wideInterval: number;
  /** One item: a record, or `{ features: { name: value } }`. */
  readonly item: z.ZodType;
  readonly example: Json;
  readonly columns: readonly FeatureColumn[];
  readonly features: FeatureSet<never>;
  readonly rules?: FixedRules;
  readonly scoring?: ScoringPlan;
  readonly windowDays: number;
  readonly detectors?: DriftOptions['detectors'];
  /** @throws INVALID_INPUT with the fields in details; INSUFFICIENT_QUALITY where nothing can be said. */
  toRow(item: unknown): PlainRow;
}

/** The field of a problem with an input as a whole. */
export const WHOLE_INPUT = '(body)';

/** What is wrong with an input, field by field, as `details.fields`. */
export function fieldsOf(error: z.ZodError, prefix = ''): { field: string; problem: string }[] {
  return error.issues.slice(0, 20).map((issue) => ({
    field: [prefix, ...issue.path.map(String)].filter((part) => part !== '').join('.') || WHOLE_INPUT,
    problem: issue.message,
  }));
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = fieldsOf(parsed.error);
  const [{ field, problem }] = fields;
  throw new TouchlineError(
    'INVALID_INPUT',
    `The input does not fit the schema: ${field === WHOLE_INPUT ? 'it' : `${field}:`} ${problem}.`,
    { details: { fields } },
  );
}

function featureSchema(columns: readonly FeatureColumn[], fitted: ReadonlySet<string>) {
  const shape: Record<string, z.ZodType> = {};
  for (const column of columns) {
    let one: z.ZodType;
    if (column.kind === 'categorical' && column.categories !== undefined && column.categories.length > 0)
      one = z.enum(column.categories as [string, ...string[]]);
    else if (column.range === undefined) one = z.number();
    else one = z.number().min(column.range[0]).max(column.range[1]);
    one = one.describe(column.description + (column.unit === undefined ? '' : ` (${column.unit})`));
    shape[column.name] = column.optional === true || fitted.has(column.name) ? one.nullish() : one;
  }
  return z.strictObject({ features: z.strictObject(shape) });
}

/** A product as serving knows it: the declaration with its route, its schema of items and without its types. */
export function toServedProduct<I, R>(declaration: ServingDeclaration<I, R>): ServedProduct {
  const { name, task, features, scale = [0, 1] } = declaration;
  const columns = allColumns(features as unknown as FeatureSet<never>);
  const fitted = new Set((features.fitted ?? []).flatMap((one) => one.columns.map((c) => c.name)));
  const byFeatures = featureSchema(columns, fitted);

  const fromFeatures = (item: unknown): PlainRow => {
    const given = parse(byFeatures, item).features as Record<string, number | string | null | undefined>;
    const values: Record<string, number> = {};
    for (const column of columns) {
      const value = given[column.name];
      if (typeof value === 'string') values[column.name] = column.categories!.indexOf(value);
      else values[column.name] = value ?? Number.NaN;
    }
    return { values };
  };

  return {
    name,
    title: declaration.title,
    description: declaration.description,
    task,
    path: `/v1/${name}/${VERBS[task]}`,
    scale,
    wideInterval: 0.4 * (scale[1] - scale[0]),
    item: z.union([declaration.input, byFeatures]),
    example: declaration.example,
    columns,
    features: features as unknown as FeatureSet<never>,
    rules: declaration.rules,
    scoring: declaration.scoring,
    windowDays: declaration.windowDays ?? 7,
    detectors: declaration.detectors,
    toRow(item) {
      if (typeof item === 'object' && item !== null && Object.hasOwn(item, 'features'))
        return fromFeatures(item);
      const record = declaration.toRecord(parse(declaration.input, item));
      const plain = valuesOf(features, record);
      const values: Record<string, number> = {};
      features.columns.forEach((column, i) => {
        values[column.name] = plain[i];
      });
      return { values, inputs: features.inputs?.(record) };
    },
  };
}
