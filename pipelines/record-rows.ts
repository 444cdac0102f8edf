import type { z } from 'zod';
import { identifierSchema } from '../datasets/records/identifier.ts';
import { type SchemaField, schemaFields } from '../datasets/records/schema-fields.ts';
import { outsideScale, type RowRules } from '../etl/plan.ts';
import { schemaFiles } from '../etl/schema-files.ts';
import type { Json } from '../platform/store/store.ts';
import { type CheckedRecord, type CheckedRows, declarationError } from './check-declaration.ts';
import { featureOf } from './feature-list.ts';

type Values = Record<string, unknown>;

/** The long form of a product whose records are its rows. @throws INVALID_CONFIG */
export function rowsOfRecords(declaration: CheckedRecord): CheckedRows {
  const { record, row, serving, ...common } = declaration;
  const fields = schemaFields(record);
  const taken = new Set([row.id ?? 'id', row.group, row.target, ...(row.order ? [row.order] : [])]);
  const free = fields.filter(({ name }) => !taken.has(name));
  const features = declaration.features ?? free.flatMap((field) => featureOf(field) ?? []);
  if (Array.isArray(features) && features.length === 0)
    throw declarationError(
      declaration.name,
      'features',
      'are missing: give the record a number or a choice (z.enum) besides the fields of row',
    );
  return {
    ...common,
    features,
    sources: declaration.sources ?? [schemaFiles(record)],
    rows: recordRows(declaration),
    serving: {
      ...serving,
      input: serving?.input ?? inputOf(declaration, taken),
      example: serving?.example ?? exampleOf(declaration, free),
    },
  };
}

function recordRows({ row, task }: CheckedRecord): RowRules<Values, Values> {
  const { id = 'id', group, target, order = id, slices = [] } = row;
  const targetOf = (record: Values) => (record[target] === undefined ? undefined : Number(record[target]));
  return {
    idOf: (record) => String(record[id]),
    reject(record, { scale }) {
      const wrong = identifierSchema.safeParse(String(record[id])).error?.issues[0];
      if (wrong) return { reason: `${id}: ${wrong.message}`, detail: String(record[id]) };
      if (record[group] === undefined || record[group] === null) return { reason: `${group}: is missing` };
      const value = targetOf(record);
      if (task === 'binary' && value !== undefined && value !== 0 && value !== 1)
        return { reason: `${target}: is neither 0 nor 1`, detail: String(record[target]) };
      return outsideScale(value, scale);
    },
    row([record]) {
      const value = targetOf(record);
      if (value === undefined) return undefined;
      return {
        id: String(record[id]),
        group: String(record[group]),
        order: String(record[order]),
        target: value,
        slices: Object.fromEntries(
          slices.filter((name) => record[name] !== undefined).map((name) => [name, String(record[name])]),
        ),
        subject: record,
      };
    },
  };
}

/** The record without the fields that only training needs. */
function inputOf({ name, record }: CheckedRecord, taken: ReadonlySet<string>): z.ZodType<Values> {
  const mask = Object.fromEntries(
    [...taken].filter((field) => field in record.shape).map((field) => [field, true]),
  );
  try {
    return record.omit(mask as Record<string, true>) as z.ZodType<Values>;
  } catch (cause) {
    throw declarationError(
      name,
      'serving.input',
      `is needed, since the input cannot be derived from the record (${cause instanceof Error ? cause.message : cause}): give the schema of one posted item`,
    );
  }
}

/** An item that the input accepts: the middle of each range, the first of each choice. */
function exampleOf({ name, record }: CheckedRecord, fields: readonly SchemaField[]): Json {
  const example: Record<string, Json> = {};
  for (const field of fields) {
    const schema = record.shape[field.name] as z.ZodType;
    const value = candidatesOf(field).find((candidate) => schema.safeParse(candidate).success);
    if (value !== undefined) example[field.name] = value;
    else if (!field.optional)
      throw declarationError(
        name,
        'serving.example',
        `is needed, since no example can be made up for the field '${field.name}': name it in row (\`order\`), make it optional, or give \`serving.example\``,
      );
  }
  return example;
}

/** Values to try as the example of a field, the best first. */
function candidatesOf(field: SchemaField): Json[] {
  switch (field.kind) {
    case 'number':
      return [
        middleOf(field),
        ...(field.bound === undefined ? [] : [0, 1, -1].map((by) => field.bound! + by)),
      ];
    case 'choice':
      return [...field.choices!];
    case 'boolean':
      return [true, false];
    case 'text':
      return field.optional ? [] : ['example'];
    case 'other':
      return [];
  }
}

function middleOf({ range = [0, 0], whole }: SchemaField): number {
  const middle = (range[0] + range[1]) / 2;
  return whole ? Math.round(middle) : Number(middle.toPrecision(6));
}
