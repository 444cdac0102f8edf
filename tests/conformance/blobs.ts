import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Blobs } from '../../platform/blobs/blobs.ts';
import { hashBytes } from '../../platform/hash.ts';
import { collect } from './tools.ts';

/**
 * What all blobs must do.
 * @param open returns fresh, empty blobs.
 */
export function blobsConformance(name: string, open: () => Promise<Blobs>) {
  describe(`blobs: ${name}`, () => {
    let blobs: Blobs;
    beforeAll(async () => {
      blobs = await open();
    });
    afterAll(() => blobs.close());
    const absent = hashBytes('never stored');

    it('answers a ping', async () => {
      await blobs.ping();
    });

    it.each<[string, string | Uint8Array]>([
      ['no bytes', ''],
      ['text', 'żółw 🐢'],
      ['bytes', Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * 31) % 251)],
      [
        'a view into a larger buffer',
        new Uint8Array(Buffer.from('0123456789').buffer.slice(0)).subarray(2, 7),
      ],
    ])('stores %s under the hash of its bytes', async (_, content) => {
      const hash = hashBytes(content);
      expect(await blobs.put(content)).toEqual({ hash, bytes: Buffer.from(content).length });
      expect(Buffer.compare(await blobs.get(hash), Buffer.from(content))).toBe(0);
      expect(hashBytes(await text(await blobs.stream(hash)))).toBe(
        hashBytes(Buffer.from(content).toString()),
      );
      expect(await blobs.has(hash)).toBe(true);
    });

    it('stores a stream', async () => {
      const parts = Array.from({ length: 100 }, (_, i) => `part ${i} `.repeat(200));
      const { hash, bytes } = await blobs.put(Readable.from(parts));
      expect(hash).toBe(hashBytes(parts.join('')));
      expect(bytes).toBe(parts.join('').length);
      expect(Buffer.from(await blobs.get(hash)).toString()).toBe(parts.join(''));
    });

    it('stores the same bytes once, even when put concurrently', async () => {
      const before = (await collect(blobs.list())).length;
      const all = await Promise.all(Array.from({ length: 8 }, () => blobs.put('the same')));
      expect(new Set(all.map(({ hash }) => hash)).size).toBe(1);
      expect((await collect(blobs.list())).length).toBe(before + 1);
    });

    it('accepts content up to the size limit, and stores nothing of larger content', async () => {
      const exact = 'x'.repeat(1_000);
      expect((await blobs.put(exact, { maxBytes: 1_000 })).bytes).toBe(1_000);
      const over = `${exact}!`;
      const tooLarge = { code: 'FILE_TOO_LARGE', details: { maxBytes: 1_000 } };
      await expect(blobs.put(over, { maxBytes: 1_000 })).rejects.toMatchObject(tooLarge);
      expect(await blobs.has(hashBytes(over))).toBe(false);
      let pulled = 0;
      const endless = Readable.from(
        (function* () {
          for (;;) yield `${pulled++}`.padStart(500);
        })(),
      );
      await expect(blobs.put(endless, { maxBytes: 1_000 })).rejects.toMatchObject(tooLarge);
      expect(pulled).toBeLessThan(100);
      expect(endless.destroyed).toBe(true);
    });

    it('stores nothing of a stream that fails', async () => {
      const before = await collect(blobs.list());
      const broken = Readable.from(
        (function* () {
          yield 'some bytes';
          throw new Error('connection lost');
        })(),
      );
      await expect(blobs.put(broken)).rejects.toThrow();
      expect(await collect(blobs.list())).toEqual(before);
      expect(await blobs.has(hashBytes('some bytes'))).toBe(false);
    });

    it('reports absent hashes and rejects anything that is not a hash', async () => {
      for (const hash of [absent, 'nothing', '../../etc/passwd', absent.toUpperCase(), '']) {
        await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'NOT_FOUND' });
        await expect(blobs.stream(hash)).rejects.toMatchObject({ code: 'NOT_FOUND' });
        expect(await blobs.has(hash)).toBe(false);
        expect(await blobs.delete(hash)).toBe(false);
      }
    });

    it('lists hashes in order, and deletes', async () => {
      const { hash } = await blobs.put('short-lived');
      const listed = await collect(blobs.list());
      expect(listed).toContain(hash);
      expect(listed).toEqual([...listed].sort());
      expect(await blobs.delete(hash)).toBe(true);
      expect(await blobs.delete(hash)).toBe(false);
      expect(await collect(blobs.list())).toEqual(listed.filter((other) => other !== hash));
    });

    it('may be closed twice', async () => {
      const other = await open();
      await other.put('x');
      await other.close();
      await other.close();
    });
  });
}
