import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../models/package/build.ts';
import type { PackageFiles } from '../../models/package/package.ts';
import { openPackages } from '../../models/package/store.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { canonicalJson, hashBytes } from '../../platform/hash.ts';
import { contentsOf, randomDefinition } from './random-definition.ts';

let temporary: string;
let files: PackageFiles;
let hash: string;

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'touchline-packages-'));
  ({ files, hash } = await buildPackage(contentsOf(randomDefinition(2))));
});
afterAll(() => rm(temporary, { recursive: true }));

describe('openPackages', () => {
  const blobs = () => openFolderBlobs({ path: join(temporary, 'blobs') });

  it('returns what was stored, under the hash of the package, however often it is stored', async () => {
    const packages = openPackages({ blobs: blobs() });
    expect(await packages.put(files)).toBe(hash);
    expect(await packages.put(new Map([...files].reverse()))).toBe(hash);
    const found = await packages.get(hash);
    expect([...found.keys()].sort()).toEqual([...files.keys()].sort());
    for (const [name, bytes] of files) expect(Buffer.compare(found.get(name)!, bytes)).toBe(0);
  });

  it('answers NOT_FOUND for an unknown hash', async () => {
    const packages = openPackages({ blobs: blobs() });
    await expect(packages.get('0'.repeat(64))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['text that is not JSON', 'hello'],
    ['a list', '[]'],
    ['a path that leaves the folder', canonicalJson({ '../x': 'a'.repeat(64) })],
    ['missing files', canonicalJson({ MLmodel: 'a'.repeat(64) })],
    ['something other than a hash', canonicalJson({ MLmodel: '/etc/passwd' })],
    ['a million entries', `{${' '.repeat(1_000_000)}}`],
  ])('refuses a manifest with %s', async (_, manifest) => {
    const store = blobs();
    await store.put(manifest);
    const packages = openPackages({ blobs: store });
    await expect(packages.get(hashBytes(manifest))).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });

  it('refuses to store files that are not a package', async () => {
    const packages = openPackages({ blobs: blobs() });
    await expect(packages.put(new Map([['a', new Uint8Array()]]))).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
    });
  });
});
