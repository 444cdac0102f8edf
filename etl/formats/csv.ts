import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { TouchlineError } from '../../platform/errors.ts';

/** One line of a CSV file by column, or why it cannot be one. */
export type CsvLine =
  | { line: number; value: Record<string, string>; reject?: undefined }
  | { line: number; value?: undefined; reject: string; detail: string; raw: string };

const MAX_LINE = 1024 * 1024;

/**
 * Lines of a CSV file (RFC 4180, commas) by the names of its header. A line with more or fewer fields than the header
 * is a reject: to guess which field is missing would shift all others.
 * @param required columns that must be there; others are handed on too.
 * @throws INVALID_FORMAT where the header lacks a required column or names one twice, or a quote never closes
 */
export async function* readCsv(
  text: AsyncIterable<string>,
  name: string,
  required: readonly string[],
): AsyncGenerator<CsvLine> {
  let header: string[] | undefined;
  for await (const { line, fields } of csvFields(text, name)) {
    if (!header) {
      header = checkedHeader(fields, name, required);
    } else if (fields.length !== header.length) {
      yield {
        line,
        reject: 'the line has another number of fields than the header',
        detail: `${fields.length} fields, the header has ${header.length}`,
        raw: fields.join(','),
      };
    } else {
      const value: Record<string, string> = {};
      for (let i = 0; i < fields.length; i++) value[header[i]] = fields[i];
      yield { line, value };
    }
  }
  if (!header) throw malformed(name, 'has no header');
}

/** Fields of every line, the first included. Plain tables without a header are read by this. */
export async function* csvFields(
  text: AsyncIterable<string>,
  name: string,
): AsyncGenerator<{ line: number; fields: string[] }> {
  const parser = parse({
    relax_column_count: true,
    info: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE,
  });
  const source = Readable.from(text);
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const { info, record } of source.pipe(parser) as AsyncIterable<{
      info: Info;
      record: string[];
    }>) {
      yield { line: info.lines, fields: record };
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw malformed(name, `is no CSV near line ${cause.lines ?? '?'}: ${cause.message}`, cause);
  } finally {
    source.destroy();
  }
}

function checkedHeader(fields: string[], name: string, required: readonly string[]): string[] {
  const header = fields.map((field) => field.trim());
  const missing = required.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    const hint =
      header.length === 1 && /[;\t]/.test(header[0]) ? ' Columns must be separated by commas.' : '';
    throw malformed(
      name,
      `lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')} in its header.${hint}`,
    );
  }
  const twice = header.find((column, i) => header.indexOf(column) < i);
  if (twice !== undefined) throw malformed(name, `names the column '${twice}' twice in its header`);
  return header;
}

function malformed(name: string, what: string, cause?: unknown): TouchlineError {
  return new TouchlineError('INVALID_FORMAT', `${name} ${what}`, { cause, details: { file: name } });
}
