import { findFiles, isUrl } from '../files/find-files.ts';
import { filePart } from '../files/parts.ts';
import { extensionsOf, formatOf } from '../formats/catalog.ts';
import { invalidFormat } from '../formats/format.ts';
import type { RecordParser } from '../parse-record.ts';
import { readRecords } from '../read-records.ts';
import type { Source } from '../source.ts';

/** Formats whose files hold records one by one. */
const READ = ['table', 'values'] as const;

/**
 * A file or a folder of files that hold records one by one, in every format of a table or of values (CSV, JSON, …).
 * @param columns that the header of a table must name.
 * @param parse makes a record of a JSON value, and of a line by column unless `parseLine` does.
 */
export function recordFiles<R>({
  columns,
  parse,
  parseLine = parse,
}: {
  columns: readonly string[];
  parse: RecordParser<R>;
  parseLine?: RecordParser<R>;
}): Source<R> {
  return {
    name: 'files',
    accepts: `a file or folder of ${extensionsOf(READ).join(', ')} (gzipped or not)`,
    async recognises(from) {
      return !isUrl(from) && (await findFiles(from)).some((file) => formatOf(file.name, READ));
    },
    async list(from, { maxBytes }) {
      const files = await findFiles(from);
      const wanted = files.filter((file) => formatOf(file.name, READ));
      return {
        units: wanted.map((file) => ({ key: file.name, parts: [filePart(file, maxBytes)] })),
        total: wanted.length,
        ignored: files.filter((file) => !wanted.includes(file)).map((file) => file.name),
      };
    },
    records({ files: [file] }) {
      const format = formatOf(file.name, READ);
      if (!format) throw invalidFormat(file.name, 'has none of the extensions that are read here.');
      return readRecords(format, file, columns, format.holds === 'table' ? parseLine : parse);
    },
  };
}
