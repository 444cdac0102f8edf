import { z } from 'zod';
import type { FeatureColumn } from '../datasets/matrix.ts';
import { schemaFields } from '../datasets/records/schema-fields.ts';
import { DEFAULT_SPLIT } from '../datasets/snapshots/split.ts';
import { DETECTORS } from '../monitoring/drift/detectors/catalog.ts';
import { asSentence, TouchlineError, toTouchlineError } from '../platform/errors.ts';
import { nearest } from '../platform/nearest.ts';
import { metricsFor } from '../statistics/metrics.ts';
import type { Estimator } from '../training/estimator.ts';
import { ESTIMATORS } from '../training/estimators/catalog.ts';
import type { RecordDeclaration, RowsDeclaration } from './declaration.ts';
import { FEATURE_NAME, feature, featureSet, recordForm, rowsForm } from './declaration-schema.ts';
import { memberParams } from './member-params.ts';
import type { Product } from './product.ts';

export type CheckedRecord = RecordDeclaration<z.ZodObject, string>;
export type CheckedRows = RowsDeclaration<unknown, unknown, unknown>;

/** The error of a declaration. @param problem completes a sentence that begins with the field, and says what to write. */
export function declarationError(name: unknown, field: string, problem: string): TouchlineError {
  const product = typeof name === 'string' && name !== '' ? `Product '${name}'` : 'A product';
  return new TouchlineError('INVALID_CONFIG', asSentence(`${product}: ${field} ${problem}`), {
    details: { field },
  });
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
  throwFirst(named, form.safeParse(given), form);
  // The declaration itself is used, since zod returns a copy that lacks prototypes.
  const declaration = given as CheckedRecord | CheckedRows;
  checkScale(declaration);
  checkTraining(declaration);
  if (declaration.features !== undefined) checkFeatures(named, declaration.features);
  if ('record' in declaration) checkFields(declaration);
  return declaration;
}

function throwFirst(name: unknown, { error }: z.ZodSafeParseResult<unknown>, form: z.ZodObject): void {
  if (!error) return;
  const { issues } = error;
  // A misspelt field is reported first: a field that is missing as well is usually the one that was meant.
  const unknownKeys = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknownKeys?.code === 'unrecognized_keys') {
    const [key] = unknownKeys.keys;
    const place = unknownKeys.path.join('.');
    throw declarationError(
      name,
      place ? `${place}.${key}` : key,
      `is not a field of ${place || 'a product'}: ${suggest(key, fieldsAt(form, unknownKeys.path))}`,
    );
  }
  const [{ path, message }] = issues;
  throw declarationError(name, path.join('.') || 'defineProduct', message);
}

/** The names of the fields at a path of a form. */
function fieldsAt(form: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at = form;
  for (const key of [...path, undefined]) {
    while (at instanceof z.ZodOptional) at = at.unwrap() as z.ZodType;
    if (key !== undefined && at instanceof z.ZodObject) at = at.shape[String(key)];
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** What to write instead of an unknown name. */
function suggest(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant ? `did you mean '${meant}'?` : `use one of ${known.join(', ')}`;
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
  for (const [one, params] of Object.entries(estimators ?? {})) {
    const known = parametersOf(ESTIMATORS.named(one));
    const unknownParam = Object.keys(params).find((param) => known.length > 0 && !known.includes(param));
    if (unknownParam !== undefined)
      throw declarationError(
        name,
        `estimators.${one}`,
        `has no parameter '${unknownParam}': ${suggest(unknownParam, known)}`,
      );
  }
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

/** The parameters that an estimator states; none if it states no defaults. */
function parametersOf({ defaults, members = [] }: Estimator): string[] {
  return [
    ...Object.keys(defaults),
    ...members.flatMap((member) => Object.keys(memberParams(member.name, member.defaults))),
  ];
}

function checkFeatures(name: unknown, features: unknown): void {
  const list = Array.isArray(features);
  const parsed = list ? z.array(feature).safeParse(features) : featureSet.safeParse(features);
  const issue = parsed.error?.issues[0];
  if (issue) throw declarationError(name, ['features', ...issue.path].join('.'), issue.message);
  const names = (list ? features : (features as { columns: unknown[] }).columns).map(
    (one: { name: string }) => one.name,
  );
  const duplicate = names.find((one: string, i: number) => names.indexOf(one) < i);
  if (duplicate !== undefined)
    throw declarationError(name, 'features', `must have different names, but '${duplicate}' appears twice`);
}

function checkFields({ name, record, row, features }: CheckedRecord): void {
  const all = schemaFields(record);
  const known = all.map((field) => field.name);
  const named = { id: row.id ?? 'id', group: row.group, target: row.target, order: row.order };
  const fields = [...Object.entries(named), ...(row.slices ?? []).map((slice) => ['slices', slice] as const)];
  for (const [place, field] of fields)
    if (field !== undefined && !known.includes(field))
      throw declarationError(
        name,
        `row.${place}`,
        `'${field}' is not a field of the record: ${suggest(field, known)}`,
      );
  const taken = Object.values(named);
  const invalidName = features
    ? undefined
    : known.find((field) => !taken.includes(field) && !FEATURE_NAME.test(field));
  if (invalidName !== undefined)
    throw declarationError(
      name,
      'record',
      `'${invalidName}' cannot be the name of a feature: begin with a letter, and use letters, digits and _`,
    );
  const kind = all.find((field) => field.name === row.target)?.kind;
  if (kind !== 'number' && kind !== 'boolean')
    throw declarationError(
      name,
      'row.target',
      `must be a number or a boolean of the record: '${row.target}' is not`,
    );
}

/** Checks what a declaration says about columns, which exist once its features are derived. @throws INVALID_CONFIG */
export function checkColumns(
  { name, task, intervalColumn, monitors }: CheckedRows,
  columns: readonly FeatureColumn[],
): void {
  const names = columns.map((column) => column.name);
  const columnOf = (place: string, wanted: string) => {
    const found = columns.find((column) => column.name === wanted);
    if (found) return found;
    throw declarationError(name, place, `'${wanted}' is not a feature: ${suggest(wanted, names)}`);
  };
  for (const [wanted, detector] of Object.entries(monitors?.detectors ?? {})) {
    const { kind } = columnOf('monitors.detectors', wanted);
    if (DETECTORS.named(detector).kinds.includes(kind)) continue;
    const fitting = DETECTORS.entries.filter(({ kinds }) => (kinds as readonly string[]).includes(kind));
    throw declarationError(
      name,
      `monitors.detectors.${wanted}`,
      `'${detector}' does not compare ${kind} columns: use one of ${fitting.map((one) => one.name).join(', ')}`,
    );
  }
  if (intervalColumn === undefined) return;
  if (task === 'binary')
    throw declarationError(name, 'intervalColumn', 'does not apply to a binary task: remove it');
  const { kind } = columnOf('intervalColumn', intervalColumn);
  if (kind !== 'categorical')
    throw declarationError(
      name,
      'intervalColumn',
      `must be a categorical column: '${intervalColumn}' is ${kind}`,
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
