import { TouchlineError } from '../../platform/errors.ts';
import { type CsvLine, readCsv } from '../formats/csv.ts';
import { readJson } from '../formats/json.ts';
import { type JsonLine, readJsonLines } from '../formats/jsonl.ts';
import { placed, type RecordParser } from '../parse-record.ts';
import type { Content, Parsed, Source } from '../source.ts';
import { filePart, findFiles, hasFormat, isUrl } from './files.ts';

/** How values of one product look in files. A format that is absent is not read. */
export interface RecordFormats<R> {
  /** CSV: the columns that a header must have, and what becomes of a line. */
  csv?: { columns: readonly string[]; parse: RecordParser<R> };
  /** JSON and JSON lines: what becomes of a value. */
  json?: RecordParser<R>;
}

/** A file, or a folder of files, whose values are records one by one: CSV, JSON and JSON lines, gzipped or not. */
export function recordFiles<R>(formats: RecordFormats<R>): Source<R> {
  const extensions = [...(formats.csv ? ['csv'] : []), ...(formats.json ? ['json', 'jsonl', 'ndjson'] : [])];
  return {
    name: 'files',
    accepts: `a file or folder of ${extensions.join(', ')} (gzipped or not)`,
    async recognises(from) {
      if (isUrl(from)) return false;
      return (await findFiles(from)).some((file) => hasFormat(file.name, extensions));
    },
    async list(from, { maxBytes }) {
      const files = await findFiles(from);
      const wanted = files.filter((file) => hasFormat(file.name, extensions));
      return {
        units: wanted.map((file) => ({ key: file.name, parts: [filePart(file, maxBytes)] })),
        total: wanted.length,
        ignored: files.filter((file) => !wanted.includes(file)).map((file) => file.name),
      };
    },
    async *records(content) {
      if (formats.csv && hasFormat(content.key, ['csv'])) {
        const { columns, parse } = formats.csv;
        for await (const line of readCsv(content.text(), content.key, columns)) yield parsedLine(line, parse);
      } else if (formats.json) {
        yield* jsonRecords(content, formats.json);
      } else {
        throw new TouchlineError('INVALID_FORMAT', `${content.key} is of no format that is read here.`);
      }
    },
  };
}

/** Records of a JSON or JSON-lines file, told apart by its name. */
export async function* jsonRecords<R>(content: Content, parse: RecordParser<R>): AsyncGenerator<Parsed<R>> {
  const items = hasFormat(content.key, ['jsonl', 'ndjson'])
    ? readJsonLines(content.text(), content.key)
    : readJson(content.text(), content.key);
  for await (const item of items) yield parsedLine(item, parse);
}

function parsedLine<R>(line: CsvLine | JsonLine, parse: RecordParser<R>): Parsed<R> {
  if (line.reject !== undefined) return line;
  return placed(line.line, parse(line.value), line.value);
}
