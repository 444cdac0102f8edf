import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { hashBytes } from '../../platform/hash.ts';
import { collect, temporaryFolder } from '../conformance/tools.ts';
import { failing } from './failing-files.ts';

const content = (): Readable => Readable.from(['first part, ', 'second part, ', 'and the last']);
const hash = hashBytes('first part, second part, and the last');

describe.each(['EIO', 'ENOSPC'])('the n-th file operation failing with %s', (code) => {
  it.each([
    ['once', false],
    ['from then on', true],
  ])('(%s) leaves the blob complete or absent, and earlier blobs untouched', async (_, lasting) => {
    let failures = 0;
    for (let n = 1; ; n++) {
      const path = temporaryFolder();
      const earlier = await openFolderBlobs({ path }).put('acknowledged earlier');
      const files = failing(n, code, lasting);
      const put = openFolderBlobs({ path, files }).put(content());
      if (files.failed() || (await put.catch(() => undefined)) === undefined) {
        failures++;
        await expect(put).rejects.toMatchObject({
          code: 'UNAVAILABLE',
          message: expect.stringMatching(
            code === 'ENOSPC' ? /full.*TOUCHLINE_BLOBS/ : /EIO.*TOUCHLINE_BLOBS/,
          ),
        });
      }
      const after = openFolderBlobs({ path });
      await after.ping();
      expect(readdirSync(join(path, 'incoming'))).toEqual([]);
      expect(Buffer.from(await after.get(earlier.hash)).toString()).toBe('acknowledged earlier');
      for (const stored of await collect(after.list())) await after.get(stored);
      if (!files.failed()) {
        expect(await after.has(hash)).toBe(true);
        break;
      }
      expect((await after.put(content())).hash).toBe(hash);
      expect(hashBytes(await after.get(hash))).toBe(hash);
    }
    // makeFolder and syncFolder at open; then create, three writes, sync, close, makeFolder, syncFolder, rename, syncFolder.
    expect(failures).toBe(12);
  });
});

it('writes again as soon as the disk does', async () => {
  const path = temporaryFolder();
  const blobs = openFolderBlobs({ path, files: failing(1, 'EIO', false) });
  await expect(blobs.put('x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await blobs.put('x');
  expect(await blobs.has(hashBytes('x'))).toBe(true);
});

it('never returns a truncated blob', async () => {
  const path = temporaryFolder();
  const blobs = openFolderBlobs({ path });
  const file = join(path, hash.slice(0, 2), hash);
  await blobs.put(content());
  for (let size = readFileSync(file).length - 1; size >= 0; size--) {
    truncateSync(file, size);
    const damaged = { code: 'INTERNAL', message: expect.stringContaining('damaged') };
    await expect(blobs.get(hash)).rejects.toMatchObject(damaged);
    await expect(blobs.stream(hash).then(buffer)).rejects.toMatchObject(damaged);
  }
  await blobs.put(content());
  expect(hashBytes(await blobs.get(hash))).toBe(hash);
});
