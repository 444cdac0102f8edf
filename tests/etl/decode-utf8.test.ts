import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceFile } from '../../etl/files/parts.ts';
import { chunkSizes, collect, inChunks } from './fixtures.ts';

const LIMIT = 1_000_000;
const read = (bytes: Buffer, sizes: readonly number[], limit = LIMIT) =>
  collect(sourceFile({ name: 'f', open: async () => inChunks(bytes, sizes) }, limit).text());

describe('the text of a file', () => {
  it('does not depend on how the bytes are chunked or compressed', async () => {
    const text = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 60 })
      .map((s) => `x${s.replaceAll('\0', '')}`);
    await fc.assert(
      fc.asyncProperty(text, chunkSizes, fc.boolean(), fc.boolean(), async (content, cuts, packed, mark) => {
        const plain = Buffer.from(`${mark ? '\ufeff' : ''}${content}`);
        expect((await read(packed ? gzipSync(plain) : plain, cuts)).join('')).toBe(content);
      }),
      { numRuns: 200 },
    );
  });

  it('is rejected with the offset of the first byte that is not UTF-8, counted unpacked', async () => {
    const good = fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) => s.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(
        good,
        chunkSizes,
        fc.constantFrom(0xff, 0xc0, 0x80, 0xe9),
        fc.boolean(),
        async (before, cuts, byte, packed) => {
          const start = Buffer.from(before);
          const bytes = Buffer.concat([start, Buffer.from([byte]), Buffer.from('after')]);
          await expect(read(packed ? gzipSync(bytes) : bytes, cuts)).rejects.toMatchObject({
            code: 'INVALID_FORMAT',
            details: { offset: start.length },
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is rejected if the gzip is truncated at any byte', async () => {
    const packed = gzipSync('a,b\n1,2\n3,4\n');
    for (let end = 2; end < packed.length; end++) {
      await expect(read(packed.subarray(0, end), [5])).rejects.toMatchObject({
        code: 'INVALID_FORMAT',
      });
    }
  });

  it('may have exactly the limit of unpacked bytes, and not one more', async () => {
    const zipped = (bytes: number) => read(gzipSync(Buffer.alloc(bytes, 'x')), [100], 5_000);
    expect((await zipped(5_000)).join('')).toHaveLength(5_000);
    await expect(zipped(5_001)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE', details: { limit: 5_000 } });
  });
});
