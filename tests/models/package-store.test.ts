import { mkdir, mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../models/package/build.ts';
import { readPackageFolder, writePackageFolder } from '../../models/package/folder.ts';
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

  it('gives back what was put, under the hash of the package, once or twice', async () => {
    const packages = openPackages({ blobs: blobs() });
    expect(await packages.put(files)).toBe(hash);
    expect(await packages.put(new Map([...files].reverse()))).toBe(hash);
    const found = await packages.get(hash);
    expect([...found.keys()].sort()).toEqual([...files.keys()].sort());
    for (const [name, bytes] of files) expect(Buffer.compare(found.get(name)!, bytes)).toBe(0);
  });

  it('says when there is none', async () => {
    const packages = openPackages({ blobs: blobs() });
    await expect(packages.get('0'.repeat(64))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['no JSON', 'hello'],
    ['a list', '[]'],
    ['a path that leaves', canonicalJson({ '../x': 'a'.repeat(64) })],
    ['files missing', canonicalJson({ MLmodel: 'a'.repeat(64) })],
    ['no hash', canonicalJson({ MLmodel: '/etc/passwd' })],
    ['a million entries', `{${' '.repeat(1_000_000)}}`],
  ])('refuses a manifest with %s', async (_, manifest) => {
    const store = blobs();
    await store.put(manifest);
    const packages = openPackages({ blobs: store });
    await expect(packages.get(hashBytes(manifest))).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });

  it('refuses to store what is no package', async () => {
    const packages = openPackages({ blobs: blobs() });
    await expect(packages.put(new Map([['a', new Uint8Array()]]))).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
    });
  });
});

describe('a package folder', () => {
  const written = async (name: string) => {
    const folder = join(temporary, name);
    await writePackageFolder(files, folder);
    return folder;
  };

  it('holds the same package', async () => {
    expect((await readPackageFolder(await written('whole'))).hash).toBe(hash);
  });

  it('is refused with a link, even to the right content', async () => {
    const folder = await written('link');
    await writeFile(join(temporary, 'outside'), files.get('MLmodel')!);
    await unlink(join(folder, 'MLmodel'));
    await symlink(join(temporary, 'outside'), join(folder, 'MLmodel'));
    await expect(readPackageFolder(folder)).rejects.toThrowError(/MLmodel is a link/);
  });

  it('is refused with a folder inside, an unknown file or a missing one', async () => {
    const folder = await written('odd');
    await mkdir(join(folder, 'data'));
    await expect(readPackageFolder(folder)).rejects.toThrowError(/"data" does not belong/);
    await rm(join(folder, 'data'), { recursive: true });
    await unlink(join(folder, 'golden.json'));
    await expect(readPackageFolder(folder)).rejects.toThrowError(/golden.json is missing/);
    await expect(readPackageFolder(join(temporary, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
