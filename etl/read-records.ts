import type { TableFormat, ValueFormat } from './formats/format.ts';
import { parsedAt, type RecordParser } from './parse-record.ts';
import { readTable } from './read-table.ts';
import type { Parsed, SourceFile } from './source.ts';

/**
 * The records of one file.
 * @param columns that the header of a table must name.
 * @param parse makes a record of a table's line by column, or of a value.
 */
export async function* readRecords<R>(
  format: TableFormat | ValueFormat,
  file: SourceFile,
  columns: readonly string[],
  parse: RecordParser<R>,
): AsyncGenerator<Parsed<R>> {
  const values = format.holds === 'table' ? readTable(format, file, columns) : format.read(file);
  for await (const item of values) {
    if (item.reject !== undefined) yield item;
    else yield parsedAt(item.line, parse(item.value), item.value);
  }
}
