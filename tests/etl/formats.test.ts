import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../etl/formats/csv.ts';
import { readJson } from '../../etl/formats/json.ts';
import { readJsonLines } from '../../etl/formats/jsonl.ts';
import { readText } from '../../etl/formats/text.ts';

const LIMIT = 1_000_000;

/** Bytes cut into chunks of these sizes, repeated. */
function inChunks(bytes: Buffer, sizes: readonly number[]): Readable {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length];
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return Readable.from(chunks, { objectMode: false });
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });

async function* piecesOf(text: string, cuts: readonly number[]): AsyncGenerator<string> {
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = cuts[i % cuts.length];
    yield text.slice(at, at + size);
    at += size;
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('text', () => {
  it('is the same however it is cut and packed', async () => {
    const text = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 60 })
      .map((s) => `x${s.replaceAll('\0', '')}`);
    await fc.assert(
      fc.asyncProperty(text, sizes, fc.boolean(), fc.boolean(), async (content, cuts, packed, mark) => {
        const plain = Buffer.from(`${mark ? '\ufeff' : ''}${content}`);
        const source = inChunks(packed ? gzipSync(plain) : plain, cuts);
        expect((await collect(readText(source, 'f', LIMIT))).join('')).toBe(content);
      }),
      { numRuns: 200 },
    );
  });

  it('names the offset of the first byte that is no UTF-8, in what is unpacked', async () => {
    const good = fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) => s.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(
        good,
        sizes,
        fc.constantFrom(0xff, 0xc0, 0x80, 0xe9),
        fc.boolean(),
        async (before, cuts, byte, packed) => {
          const start = Buffer.from(before);
          const bytes = Buffer.concat([start, Buffer.from([byte]), Buffer.from('after')]);
          const source = inChunks(packed ? gzipSync(bytes) : bytes, cuts);
          await expect(collect(readText(source, 'f', LIMIT))).rejects.toMatchObject({
            code: 'INVALID_FORMAT',
            details: { offset: start.length },
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of a gzip cut anywhere is refused', async () => {
    const packed = gzipSync('a,b\n1,2\n3,4\n');
    for (let end = 2; end < packed.length; end++) {
      await expect(
        collect(readText(inChunks(packed.subarray(0, end), [5]), 'f', LIMIT)),
      ).rejects.toMatchObject({
        code: 'INVALID_FORMAT',
      });
    }
  });

  it('counts unpacked bytes: the limit is allowed, one more is not', async () => {
    const read = (bytes: number) =>
      collect(readText(inChunks(gzipSync(Buffer.alloc(bytes, 'x')), [100]), 'f', 5_000));
    expect((await read(5_000)).join('')).toHaveLength(5_000);
    await expect(read(5_001)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE', details: { limit: 5_000 } });
  });
});

describe('JSON', () => {
  it('gives the elements of an array as JSON.parse does, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        sizes,
        fc.constantFrom(0, 1, 2),
        async (values, cuts, indent) => {
          const items = await collect(readJson(piecesOf(JSON.stringify(values, null, indent), cuts), 'f'));
          expect(items.map((item) => item.value)).toEqual(JSON.parse(JSON.stringify(values)));
          expect(items.map((item) => item.line)).toEqual(values.map((_, i) => i + 1));
        },
      ),
    );
  });

  it('gives anything else as one value', async () => {
    const value = { a: [1, { b: ']' }] };
    expect(await collect(readJson(piecesOf(` ${JSON.stringify(value)}\n`, [3]), 'f'))).toEqual([
      { line: 1, value },
    ]);
  });

  it.each(['[1,2', '[1,,2]', '[1,]', '[1] 2', '[,1]', '{"a":', '  ', '[1}2]', '["a]'])(
    'refuses %s',
    async (text) => {
      await expect(collect(readJson(piecesOf(text, [2]), 'f'))).rejects.toMatchObject({
        code: 'INVALID_FORMAT',
      });
    },
  );
});

describe('JSON lines', () => {
  it('counts lines, empty ones too, and goes on after a bad one', async () => {
    const lines = await collect(readJsonLines(piecesOf('{"a":1}\r\n\n{oops\n2', [3]), 'f'));
    expect(lines.map(({ line, value, reject }) => [line, value, reject])).toEqual([
      [1, { a: 1 }, undefined],
      [3, undefined, 'the line is no JSON'],
      [4, 2, undefined],
    ]);
  });
});

describe('CSV', () => {
  it('reads what was written, with commas, quotes and line breaks in fields', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', ' '), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, field), { maxLength: 8 }), sizes, async (rows, cuts) => {
        const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
        const text = ['a,b', ...rows.map((row) => row.map(quoted).join(','))].join('\n');
        const lines = await collect(readCsv(piecesOf(text, cuts), 'f', ['b']));
        expect(lines.map((line) => line.value)).toEqual(rows.map(([a, b]) => ({ a, b })));
      }),
    );
  });

  it('names the line of a bad record, counted in the file', async () => {
    const text = 'a,b\n1,2\n\n"x\ny",3\n1,2,3\n';
    const lines = await collect(readCsv(piecesOf(text, [4]), 'f', ['a', 'b']));
    expect(lines.at(-1)).toMatchObject({ line: 6, detail: '3 fields, the header has 2', raw: '1,2,3' });
  });

  it('refuses a header that names a column twice', async () => {
    await expect(collect(readCsv(piecesOf('a,a\n1,2\n', [9]), 'f', ['a']))).rejects.toMatchObject({
      code: 'INVALID_FORMAT',
    });
  });
});
