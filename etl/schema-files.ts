import type { z } from 'zod';
import { schemaFields } from '../datasets/records/schema-fields.ts';
import { parserOf, type RecordParser } from './parse-record.ts';
import type { Source } from './source.ts';
import { recordFiles } from './sources/files.ts';

const YES = new Set(['true', 'yes', '1']);
const NO = new Set(['false', 'no', '0']);

/** Files of records of one schema, in every format of tables (whose columns are its fields) and values. */
export function schemaFiles<S extends z.ZodObject>(record: S): Source<z.output<S>> {
  const fields = schemaFields(record);
  const parse = parserOf(record, (value) => value) as RecordParser<z.output<S>>;
  const columns = fields.filter(({ optional }) => !optional).map(({ name }) => name);
  const kinds = new Map(fields.map(({ name, kind }) => [name, kind]));
  const fromText = (line: unknown) =>
    parse(
      Object.fromEntries(
        Object.entries(line as Record<string, string>)
          .map(([name, text]) => [name, cellValue(text, kinds.get(name))] as const)
          .filter(([, value]) => value !== undefined),
      ),
    );
  return recordFiles({ columns, parse, parseLine: fromText });
}

/** The value of a cell: absent if it is empty, and text if it cannot be converted, so that the schema rejects it. */
function cellValue(cell: string, kind: string | undefined): string | number | boolean | undefined {
  const text = cell.trim();
  if (text === '') return undefined;
  const number = Number(text);
  if (kind === 'number' && Number.isFinite(number)) return number;
  if (kind === 'boolean' && YES.has(text.toLowerCase())) return true;
  if (kind === 'boolean' && NO.has(text.toLowerCase())) return false;
  return text;
}
