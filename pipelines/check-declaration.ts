import { z } from 'zod';
import { schemaFields } from '../datasets/records/schema-fields.ts';
import { DEFAULT_SPLIT } from '../datasets/snapshots/split.ts';
import { TouchlineError, toTouchlineError } from '../platform/errors.ts';
import { nearest } from '../platform/nearest.ts';
import { metricsFor } from '../statistics/metrics.ts';
import { ESTIMATORS } from '../training/estimators/catalog.ts';
import type { RecordDeclaration, RowsDeclaration } from './declaration.ts';
import { feature, featureSet, recordForm, rowsForm } from './declaration-schema.ts';
import type { Product } from './product.ts';

export type CheckedRecord = RecordDeclaration<z.ZodObject, string>;
export type CheckedRows = RowsDeclaration<unknown, unknown, unknown>;

/** The error of a declaration. @param problem completes a sentence that begins with the field, and says what to write. */
export function declarationError(name: unknown, field: string, problem: string): TouchlineError {
  const product = typeof name === 'string' && name !== '' ? `Product '${name}'` : 'A product';
  return new TouchlineError('INVALID_CONFIG', `${product}: ${field} ${problem}.`, { details: { field } });
}

/** Checks every field of a declaration. @throws INVALID_CONFIG that names the field and says what to write */
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
  // The declaration itself is used, since zod returns a copy that lacks prototypes.
  const declaration = given as CheckedRecord | CheckedRows;
  checkScale(declaration);
  checkTraining(declaration);
  if (declaration.features !== undefined) checkFeatures(named, declaration.features);
  if ('record' in declaration) checkFields(declaration);
  return declaration;
}

function throwFirst(name: unknown, { error }: z.ZodSafeParseResult<unknown>, known: readonly string[]): void {
  if (!error) return;
  const { issues } = error;
  // A misspelt field is reported first: a field that is missing as well is usually the one that was meant.
  const strange = issues.find((issue) => issue.code === 'unrecognized_keys' && issue.path.length === 0);
  if (strange?.code === 'unrecognized_keys') {
    const [key] = strange.keys;
    const meant = nearest(key, known);
    throw declarationError(
      name,
      key,
      meant
        ? `is not a field of a product: did you mean '${meant}'?`
        : `is not a field of a product: use some of ${known.join(', ')}`,
    );
  }
  const [{ path, message }] = issues;
  throw declarationError(name, path.join('.') || 'defineProduct', message);
}

function checkScale({ name, task, scale }: CheckedRecord | CheckedRows): void {
  if (task === 'regression' && !scale)
    throw declarationError(
      name,
      'scale',
      'is missing: give the lowest and highest value of the target, such as [0, 10]',
    );
  if (task === 'binary' && scale)
    throw declarationError(
      name,
      'scale',
      'does not apply to a binary task: remove it, or set task to regression',
    );
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
      `must name one or more: use some of ${names.join(', ')}, or leave the field out`,
    );
  const { train, validation, test } = (split ?? DEFAULT_SPLIT).shares;
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
    throw declarationError(name, 'features', `must have different names, but '${twice}' appears twice`);
}

function checkFields({ name, record, row }: CheckedRecord): void {
  const all = schemaFields(record);
  const known = all.map((field) => field.name);
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
  const kind = all.find((field) => field.name === row.target)?.kind;
  if (kind !== 'number' && kind !== 'boolean')
    throw declarationError(
      name,
      'row.target',
      `must be a number or a boolean of the record: '${row.target}' is not`,
    );
}

/** Checks that the example can be answered like a request, which finds a wrong input schema, example or extract early. */
export function checkExample({ name, serving }: Product): void {
  try {
    serving.toRow(serving.example);
  } catch (error) {
    const { code, message } = toTouchlineError(error);
    if (code === 'INVALID_CONFIG')
      throw declarationError(name, 'features', `do not fit their columns: ${message.replace(/\.$/, '')}`);
    throw declarationError(
      name,
      'serving.example',
      `cannot be answered (${message.replace(/\.$/, '')}): give an item that the input accepts`,
    );
  }
}
