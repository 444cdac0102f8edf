import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sourceFile } from '../../etl/files/parts.ts';
import { FORMATS, formatOf } from '../../etl/formats/catalog.ts';
import { csv } from '../../etl/formats/csv.ts';
import type { Format } from '../../etl/formats/format.ts';
import { json } from '../../etl/formats/json.ts';
import { jsonl } from '../../etl/formats/jsonl.ts';
import { parserOf } from '../../etl/parse-record.ts';
import { readTable } from '../../etl/read-table.ts';
import type { Source, SourceFile } from '../../etl/source.ts';
import { recordFiles } from '../../etl/sources/files.ts';
import { scoredActions } from '../../etl/sources/scored-actions.ts';
import { chunkSizes, collect, inChunks, openWorkspace, type Workspace } from './fixtures.ts';
import { FORMAT_CASES, SAMPLE_POSES, SAMPLE_RECORDS } from './format-cases.ts';

/** A file in memory, read in chunks of these sizes. */
const fileOf = (name: string, bytes: Buffer, sizes: readonly number[]): SourceFile =>
  sourceFile({ name, open: async () => inChunks(bytes, sizes) });

/** A file whose text arrives in pieces of these sizes. */
const inPieces = (text: string, sizes: readonly number[]): SourceFile => ({
  ...fileOf('f', Buffer.from(text), sizes),
  async *text() {
    for (let at = 0, i = 0; at < text.length; i++) {
      const size = sizes[i % sizes.length];
      yield text.slice(at, at + size);
      at += size;
    }
  },
});

async function read(format: Format, file: SourceFile): Promise<unknown> {
  if (format.holds === 'poses') return format.read(file, SAMPLE_POSES.fps);
  const columns = Object.keys(SAMPLE_RECORDS[0]);
  const items = await collect(
    format.holds === 'table' ? readTable(format, file, columns) : format.read(file),
  );
  return items.map((item) => item.value);
}

describe('the catalog of formats', () => {
  it('lists every file of its folder under the name of the file', () => {
    const files = readdirSync('etl/formats')
      .map((file) => file.replace('.ts', ''))
      .sort();
    expect([...FORMATS.names].sort()).toEqual(files.filter((file) => !['catalog', 'format'].includes(file)));
  });

  it('has a case for every format', () => {
    expect(Object.keys(FORMAT_CASES).sort()).toEqual([...FORMATS.names].sort());
  });

  it('recognises a format by its longest extension', () => {
    expect(formatOf('a/run.COCO.json.gz', ['values', 'poses'])?.name).toBe('coco');
    expect(formatOf('a/run.coco.json', ['values'])?.name).toBe('json');
    expect(formatOf('a/run.mp4', ['values', 'poses', 'table'])).toBeUndefined();
  });
});

describe.each(FORMATS.entries)('format $name', (format) => {
  const bytes = Buffer.from(FORMAT_CASES[format.name] ?? '');
  const expected = format.holds === 'poses' ? SAMPLE_POSES : SAMPLE_RECORDS;
  const name = `sample.${format.extensions[0]}`;
  let place: Workspace;
  beforeEach(() => {
    place = openWorkspace();
  });
  afterEach(() => place.close());

  it('reads the sample, gzipped or not, however its bytes are chunked', async () => {
    for (const content of [bytes, gzipSync(bytes)]) {
      for (const sizes of [[1], [7, 2], [content.length]]) {
        expect(await read(format, fileOf(name, content, sizes))).toEqual(expected);
      }
    }
  });

  it.each(['', '\xff'])('rejects the file %j with its name', async (content) => {
    await expect(read(format, fileOf(name, Buffer.from(content, 'latin1'), [9]))).rejects.toMatchObject({
      code: 'INVALID_FORMAT',
      message: expect.stringContaining(name),
    });
  });

  it.each(format.extensions)('is read by the sources for files that end in .%s', async (extension) => {
    mkdirSync(place.path('in'));
    writeFileSync(place.path('in', `sample.${extension}`), bytes);
    const schema = z.object({ name: z.string(), note: z.string() });
    const columns = Object.keys(schema.shape);
    const source: Source<unknown> =
      format.holds === 'poses'
        ? scoredActions([{ name: 'shot', label: 'Shot' }])
        : recordFiles({ columns, parse: parserOf(schema, (value) => value) });
    if (format.holds === 'poses') {
      writeFileSync(place.path('in', 'actions.csv'), 'id,type,athlete,fps\nsample,shot,ann,25\n');
    }
    expect(await source.recognises(place.path('in'))).toBe(true);
    const { units } = await source.list(place.path('in'), { maxBytes: 1_000_000, remaining: () => 10 });
    const records: unknown[] = [];
    for await (const { key, parts } of units) {
      const content = { key, files: parts.map((part) => sourceFile(part)) };
      for await (const parsed of source.records(content))
        records.push('record' in parsed ? parsed.record : parsed);
    }
    const action = { id: 'sample', type: 'shot', athlete: 'ann', poses: SAMPLE_POSES };
    expect(records).toEqual(format.holds === 'poses' ? [{ kind: 'action', action }] : SAMPLE_RECORDS);
  });
});

describe('JSON', () => {
  it('reads the elements of an array as JSON.parse does, however the text is split', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        chunkSizes,
        fc.constantFrom(0, 1, 2),
        async (values, cuts, indent) => {
          const items = await collect(json.read(inPieces(JSON.stringify(values, null, indent), cuts)));
          expect(items.map((item) => item.value)).toEqual(JSON.parse(JSON.stringify(values)));
          expect(items.map((item) => item.line)).toEqual(values.map((_, i) => i + 1));
        },
      ),
    );
  });

  it('reads anything else as one value', async () => {
    const value = { a: [1, { b: ']' }] };
    expect(await collect(json.read(inPieces(` ${JSON.stringify(value)}\n`, [3])))).toEqual([
      { line: 1, value },
    ]);
  });

  it.each(['[1,2', '[1,,2]', '[1,]', '[1] 2', '[,1]', '{"a":', '  ', '[1}2]', '["a]'])(
    'rejects the malformed file %s',
    async (text) => {
      await expect(collect(json.read(inPieces(text, [2])))).rejects.toMatchObject({
        code: 'INVALID_FORMAT',
      });
    },
  );
});

describe('JSON lines', () => {
  it('counts blank lines too, and continues after a malformed line', async () => {
    const lines = await collect(jsonl.read(inPieces('{"a":1}\r\n\n{oops\n2', [3])));
    expect(lines.map(({ line, value, reject }) => [line, value, reject])).toEqual([
      [1, { a: 1 }, undefined],
      [3, undefined, 'the line is not JSON'],
      [4, 2, undefined],
    ]);
  });
});

describe('CSV', () => {
  it('reads fields that contain commas, quotes and line breaks', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', ' '), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, field), { maxLength: 8 }), chunkSizes, async (rows, cuts) => {
        const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
        const text = ['a,b', ...rows.map((row) => row.map(quoted).join(','))].join('\n');
        const lines = await collect(readTable(csv, inPieces(text, cuts), ['b']));
        expect(lines.map((line) => line.value)).toEqual(rows.map(([a, b]) => ({ a, b })));
      }),
    );
  });

  it('reports the line of a malformed record as counted in the file', async () => {
    const text = 'a,b\n1,2\n\n"x\ny",3\n1,2,3\n';
    const lines = await collect(readTable(csv, inPieces(text, [4]), ['a', 'b']));
    expect(lines.at(-1)).toMatchObject({ line: 6, detail: '3 fields, the header has 2', raw: '1,2,3' });
  });

  it('rejects a header that names a column twice', async () => {
    await expect(collect(readTable(csv, inPieces('a,a\n1,2\n', [9]), ['a']))).rejects.toMatchObject({
      code: 'INVALID_FORMAT',
    });
  });
});
