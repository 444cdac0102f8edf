import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { invalidFormat, type TableFormat } from './format.ts';

const MAX_LINE = 1024 * 1024;

/** CSV by RFC 4180: separated by commas, quoted by double quotes. */
export const csv: TableFormat = {
  name: 'csv',
  holds: 'table',
  extensions: ['csv'],
  separatedBy: 'commas',
  async *read(file) {
    const parser = parse({
      // Lines of another length come through: `readTable` rejects them with their line number.
      relax_column_count: true,
      info: true,
      skip_empty_lines: true,
      max_record_size: MAX_LINE,
    });
    const source = Readable.from(file.text());
    source.on('error', (error) => parser.destroy(error));
    const records = source.pipe(parser) as AsyncIterable<{ info: Info; record: string[] }>;
    try {
      for await (const { info, record } of records) yield { line: info.lines, fields: record };
    } catch (cause) {
      if (!(cause instanceof CsvError)) throw cause;
      throw invalidFormat(
        file.name,
        `is not valid CSV near line ${cause.lines ?? '?'}: ${cause.message}`,
        cause,
      );
    } finally {
      source.destroy();
    }
  },
};
