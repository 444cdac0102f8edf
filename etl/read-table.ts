import { type FormatValue, invalidFormat, type TableFormat } from './formats/format.ts';
import type { SourceFile } from './source.ts';

/** A line of a table by column. */
export type TableRow = Record<string, string>;

/**
 * The lines of a table by the names in its header. A line with more or fewer fields than the header is a reject: to
 * guess which field is missing would shift all others.
 * @param required columns that the header must name; the others are passed on too.
 * @throws INVALID_FORMAT if the header is missing, lacks a required column or names one twice
 */
export async function* readTable(
  format: TableFormat,
  file: SourceFile,
  required: readonly string[],
): AsyncGenerator<FormatValue<TableRow>> {
  let header: string[] | undefined;
  for await (const { line, fields } of format.read(file)) {
    if (!header) {
      header = checkedHeader(fields, format, file.name, required);
    } else if (fields.length !== header.length) {
      yield {
        line,
        reject: 'the line has a different number of fields than the header',
        detail: `${fields.length} fields, the header has ${header.length}`,
        raw: fields.join(','),
      };
    } else {
      const value: TableRow = {};
      for (let i = 0; i < fields.length; i++) value[header[i]] = fields[i];
      yield { line, value };
    }
  }
  if (!header) throw invalidFormat(file.name, 'has no header');
}

function checkedHeader(
  fields: readonly string[],
  format: TableFormat,
  file: string,
  required: readonly string[],
): string[] {
  const header = fields.map((field) => field.trim());
  const missing = required.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    const hint =
      header.length === 1 && /[;,\t]/.test(header[0])
        ? ` Columns must be separated by ${format.separatedBy}.`
        : '';
    throw invalidFormat(
      file,
      `lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')} in its header.${hint}`,
    );
  }
  const duplicate = header.find((column, i) => header.indexOf(column) < i);
  if (duplicate !== undefined)
    throw invalidFormat(file, `names the column '${duplicate}' twice in its header`);
  return header;
}
