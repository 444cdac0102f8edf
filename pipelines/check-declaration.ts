import { z } from 'zod';
import { schemaFields } from '../datasets/records/schema-fields.ts';
import { TouchlineError, toTouchlineError } from '../platform/errors.ts';
import { nearest } from '../platform/nearest.ts';
import '../platform/wording.ts';
import { metricsFor } from '../statistics/metrics.ts';
import { ESTIMATORS } from '../training/estimators/catalog.ts';
import type { RecordDeclaration, RowsDeclaration } from './declaration.ts';
import type { Product } from './product.ts';

export type CheckedRecord = RecordDeclaration<z.ZodObject, string>;
export type CheckedRows = RowsDeclaration<unknown, unknown, unknown>;

const func = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);
const schema = <T>(what: string) =>
  z.custom<T>((value) => value instanceof z.ZodType, `must be ${what}, made with the z of 'touchline'`);
const numbers = z.tuple([z.number(), z.number()]);
const share = z.number().gt(0).lt(1);

const feature = z.looseObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'must be letters, digits and _'),
  extract: func,
  kind: z.enum(['numeric', 'categorical']).optional(),
  description: z.string().optional(),
  categories: z.array(z.string()).min(1).optional(),
  range: numbers.optional(),
});
const featureSet = z.looseObject({
  name: z.string(),
  version: z.int().min(1),
  columns: z.array(z.looseObject({ name: z.string(), kind: z.string(), description: z.string() })).min(1),
  extract: func,
});
const rows = z.looseObject({ idOf: func, row: func });
const source = z.looseObject({ name: z.string(), recognises: func, list: func, records: func });

const serving = z.strictObject({
  input: schema('the schema of one posted item').optional(),
  toRecord: func.optional(),
  example: z.unknown().optional(),
  rules: z.looseObject({ judge: func, advise: func }).optional(),
  scoring: func.optional(),
  windowDays: z.int().min(1).max(365).optional(),
});

const common = {
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
      "must be small letters, digits and hyphens, such as 'tennis-serves'",
    )
    .max(60),
  title: z.string().min(1).optional(),
  description: z.string().min(1),
  task: z.enum(['regression', 'binary']),
  scale: numbers.optional(),
  split: z
    .strictObject({
      by: z.enum(['group', 'time']),
      shares: z.strictObject({ train: share, validation: share, test: share }),
    })
    .optional(),
  quality: z.looseObject({}).optional(),
  estimators: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])))
    .optional(),
  primary: z.string().optional(),
  intervalColumn: z.string().optional(),
  gate: z.looseObject({}).optional(),
  baseline: func.optional(),
  monitors: z
    .strictObject({
      scorer: z.looseObject({}).optional(),
      retrain: z.boolean().optional(),
      cron: z.string().optional(),
    })
    .optional(),
  simulate: func.optional(),
  simulatedItems: func.optional(),
};

const recordForm = z.strictObject({
  ...common,
  record: z.custom(
    (value) => value instanceof z.ZodObject,
    "must be an object schema: z.strictObject({ … }) of 'touchline'",
  ),
  row: z.strictObject({
    id: z.string().optional(),
    group: z.string(),
    target: z.string(),
    order: z.string().optional(),
    slices: z.array(z.string()).optional(),
  }),
  features: z.unknown().optional(),
  sources: z.array(source).min(1).optional(),
  serving: serving.optional(),
});

const rowsForm = z.strictObject({
  ...common,
  sources: z.array(source).min(1),
  rows,
  features: z.unknown(),
  serving: serving.required({ input: true, example: true }),
});

/** What is wrong with a declaration: which product, which field, and what to write. */
export function declarationError(name: unknown, field: string, problem: string): TouchlineError {
  const product = typeof name === 'string' && name !== '' ? `The product '${name}'` : 'The product';
  return new TouchlineError('INVALID_CONFIG', `${product} cannot be used: ${field}: ${problem}.`, {
    details: { field },
  });
}

/** A declaration whose every field has the right form. @throws INVALID_CONFIG */
export function checkDeclaration(given: unknown): CheckedRecord | CheckedRows {
  const named = typeof given === 'object' && given !== null ? (given as { name?: unknown }).name : undefined;
  if (typeof given !== 'object' || given === null)
    throw declarationError(undefined, 'defineProduct', 'must be given an object');
  if (!('record' in given) && !('rows' in given))
    throw declarationError(
      named,
      'record',
      'is missing: give the schema of one record, z.strictObject({ … })',
    );
  const form = 'record' in given ? recordForm : rowsForm;
  throwFirst(named, form.safeParse(given), Object.keys(form.shape));
  // What zod gives back is a copy: the declaration itself keeps its prototypes and its functions.
  const declaration = given as CheckedRecord | CheckedRows;
  checkScale(declaration);
  checkTraining(declaration);
  if (declaration.features !== undefined) checkFeatures(named, declaration.features);
  if ('record' in declaration) checkFields(declaration);
  return declaration;
}

function throwFirst(name: unknown, { error }: z.ZodSafeParseResult<unknown>, known: readonly string[]): void {
  const issue = error?.issues[0];
  if (!issue) return;
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
    const [key] = issue.keys;
    const meant = nearest(key, known);
    throw declarationError(
      name,
      key,
      meant
        ? `is not a field of a product: did you mean '${meant}'?`
        : `is not a field of a product: use some of ${known.join(', ')}`,
    );
  }
  throw declarationError(name, issue.path.join('.') || 'declaration', issue.message);
}

function checkScale({ name, task, scale }: CheckedRecord | CheckedRows): void {
  if (task === 'regression' && !scale)
    throw declarationError(name, 'scale', 'is missing: give the ends of the target, such as [0, 10]');
  if (task === 'binary' && scale)
    throw declarationError(name, 'scale', 'a binary outcome has none: remove it, or set task to regression');
  if (scale && !(scale[0] < scale[1]))
    throw declarationError(
      name,
      'scale',
      `must be [low, high] with low below high, not [${scale.join(', ')}]`,
    );
}

function checkTraining({ name, task, estimators, primary, split }: CheckedRecord | CheckedRows): void {
  const metrics = metricsFor(task).map((metric) => metric.name);
  if (primary !== undefined && !metrics.includes(primary))
    throw declarationError(
      name,
      'primary',
      `'${primary}' is not a metric of a ${task} task: use one of ${metrics.join(', ')}`,
    );
  const fitting = ESTIMATORS.entries.filter(({ tasks }) => tasks.includes(task));
  const names = fitting.map((estimator) => estimator.name);
  const unknown = Object.keys(estimators ?? {}).find((one) => !names.includes(one));
  if (unknown !== undefined)
    throw declarationError(
      name,
      'estimators',
      `'${unknown}' is not an estimator of a ${task} task: use some of ${names.join(', ')}`,
    );
  if (estimators && Object.keys(estimators).length === 0)
    throw declarationError(
      name,
      'estimators',
      `names none: use some of ${names.join(', ')}, or leave the field out`,
    );
  const { train, validation, test } = split?.shares ?? { train: 0.6, validation: 0.2, test: 0.2 };
  if (Math.abs(train + validation + test - 1) > 1e-9)
    throw declarationError(name, 'split.shares', `must add up to 1, not ${train + validation + test}`);
}

function checkFeatures(name: unknown, features: unknown): void {
  const list = Array.isArray(features);
  const parsed = list ? z.array(feature).safeParse(features) : featureSet.safeParse(features);
  const issue = parsed.error?.issues[0];
  if (issue) throw declarationError(name, ['features', ...issue.path].join('.'), issue.message);
  const names = (list ? features : (features as { columns: unknown[] }).columns).map(
    (one: { name: string }) => one.name,
  );
  const twice = names.find((one: string, i: number) => names.indexOf(one) < i);
  if (twice !== undefined)
    throw declarationError(name, 'features', `two of them are named '${twice}': give each its own name`);
}

function checkFields({ name, record, row }: CheckedRecord): void {
  const known = schemaFields(record).map((field) => field.name);
  const named = { id: row.id ?? 'id', group: row.group, target: row.target, order: row.order };
  const fields = [...Object.entries(named), ...(row.slices ?? []).map((slice) => ['slices', slice] as const)];
  for (const [place, field] of fields)
    if (field !== undefined && !known.includes(field)) {
      const meant = nearest(field, known);
      throw declarationError(
        name,
        `row.${place}`,
        `'${field}' is not a field of the record: ${meant ? `did you mean '${meant}'?` : `use one of ${known.join(', ')}`}`,
      );
    }
}

/** Answers the example, as a request would be: shows a wrong input, example or extract before anything is served. */
export function checkExample({ name, serving }: Product): void {
  try {
    serving.toRow(serving.example);
  } catch (error) {
    const { code, message } = toTouchlineError(error);
    if (code === 'INVALID_CONFIG') throw declarationError(name, 'features', message.replace(/\.$/, ''));
    throw declarationError(
      name,
      'serving.example',
      `cannot be answered (${message.replace(/\.$/, '')}): give an item that the input accepts`,
    );
  }
}
