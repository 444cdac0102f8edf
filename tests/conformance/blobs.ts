import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Blobs } from '../../platform/blobs/blobs.ts';
import { hashBytes } from '../../platform/hash.ts';
import { collect } from './tools.ts';

/**
 * What every place for files must do.
 * @param open gives a fresh, empty one.
 */
export function blobsConformance(name: string, open: () => Promise<Blobs>) {
  describe(`blobs: ${name}`, () => {
    let blobs: Blobs;
    beforeAll(async () => {
      blobs = await open();
    });
    afterAll(() => blobs.close());
    const absent = hashBytes('nobody stored this');

    it('answers a ping', async () => {
      await blobs.ping();
    });

    it.each<[string, string | Uint8Array]>([
      ['nothing', ''],
      ['text', 'żółw 🐢'],
      ['bytes', Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * 31) % 251)],
      [
        'a view into a larger buffer',
        new Uint8Array(Buffer.from('0123456789').buffer.slice(0)).subarray(2, 7),
      ],
    ])('keeps %s by the hash of its bytes', async (_, content) => {
      const hash = hashBytes(content);
      expect(await blobs.put(content)).toEqual({ hash, bytes: Buffer.from(content).length });
      expect(Buffer.compare(await blobs.get(hash), Buffer.from(content))).toBe(0);
      expect(hashBytes(await text(await blobs.stream(hash)))).toBe(
        hashBytes(Buffer.from(content).toString()),
      );
      expect(await blobs.has(hash)).toBe(true);
    });

    it('takes a stream', async () => {
      const parts = Array.from({ length: 100 }, (_, i) => `part ${i} `.repeat(200));
      const { hash, bytes } = await blobs.put(Readable.from(parts));
      expect(hash).toBe(hashBytes(parts.join('')));
      expect(bytes).toBe(parts.join('').length);
      expect(Buffer.from(await blobs.get(hash)).toString()).toBe(parts.join(''));
    });

    it('stores the same bytes once, also at the same time', async () => {
      const before = (await collect(blobs.list())).length;
      const all = await Promise.all(Array.from({ length: 8 }, () => blobs.put('the same')));
      expect(new Set(all.map(({ hash }) => hash)).size).toBe(1);
      expect((await collect(blobs.list())).length).toBe(before + 1);
    });

    it('takes up to the limit and not a byte more, and stores nothing of it', async () => {
      const exact = 'x'.repeat(1_000);
      expect((await blobs.put(exact, { maxBytes: 1_000 })).bytes).toBe(1_000);
      const over = `${exact}!`;
      const refusal = { code: 'FILE_TOO_LARGE', details: { maxBytes: 1_000 } };
      await expect(blobs.put(over, { maxBytes: 1_000 })).rejects.toMatchObject(refusal);
      expect(await blobs.has(hashBytes(over))).toBe(false);
      let pulled = 0;
      const endless = Readable.from(
        (function* () {
          for (;;) yield `${pulled++}`.padStart(500);
        })(),
      );
      await expect(blobs.put(endless, { maxBytes: 1_000 })).rejects.toMatchObject(refusal);
      expect(pulled).toBeLessThan(100);
      expect(endless.destroyed).toBe(true);
    });

    it('stores nothing of a stream that breaks off', async () => {
      const before = await collect(blobs.list());
      const broken = Readable.from(
        (function* () {
          yield 'some bytes';
          throw new Error('the sender went away');
        })(),
      );
      await expect(blobs.put(broken)).rejects.toThrow();
      expect(await collect(blobs.list())).toEqual(before);
      expect(await blobs.has(hashBytes('some bytes'))).toBe(false);
    });

    it('knows what it does not have, and never looks outside', async () => {
      for (const hash of [absent, 'nothing', '../../etc/passwd', absent.toUpperCase(), '']) {
        await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'NOT_FOUND' });
        await expect(blobs.stream(hash)).rejects.toMatchObject({ code: 'NOT_FOUND' });
        expect(await blobs.has(hash)).toBe(false);
        expect(await blobs.delete(hash)).toBe(false);
      }
    });

    it('lists in order and deletes', async () => {
      const { hash } = await blobs.put('short-lived');
      const listed = await collect(blobs.list());
      expect(listed).toContain(hash);
      expect(listed).toEqual([...listed].sort());
      expect(await blobs.delete(hash)).toBe(true);
      expect(await blobs.delete(hash)).toBe(false);
      expect(await collect(blobs.list())).toEqual(listed.filter((other) => other !== hash));
    });

    it('closes twice without harm', async () => {
      const other = await open();
      await other.put('x');
      await other.close();
      await other.close();
    });
  });
}
