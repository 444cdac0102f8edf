import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BackedUp, backUp } from '../../platform/backup.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import type { ProgressEvent } from '../../platform/progress.ts';
import { restore } from '../../platform/restore.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { everything, fill } from '../conformance/backup.ts';
import { collect, makeFolder, temporaryFolder } from '../conformance/tools.ts';

const location = (folder = temporaryFolder()): BackedUp & { folder: string } => ({
  folder,
  store: openSqliteStore({ path: join(folder, 'touchline.db') }),
  blobs: openFolderBlobs({ path: join(folder, 'blobs') }),
});

let from: ReturnType<typeof location>;
let file: string;
beforeAll(async () => {
  from = location(makeFolder());
  await fill(from);
  file = join(from.folder, 'backup.tar.gz');
  expect(await backUp(from, file)).toEqual({ documents: 2_502, blobs: 3 });
});

describe('a backup', () => {
  it('restores every document and blob, with versions and indexes', async () => {
    const to = location();
    const events: ProgressEvent[] = [];
    const counts = await restore(to, file, { progress: (event) => events.push(event) });
    expect(counts).toEqual({ documents: 2_502, blobs: 3 });
    expect(await everything(to)).toEqual(await everything(from));
    expect((await to.store.collection('tracking_aliases').get('shots/champion'))?._version).toBe(3);
    for (const stage of ['check', 'restore']) {
      const reported = events.filter((event) => event.stage === stage);
      const done = reported.map((event) => event.done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(done.at(-1)).toBe(reported[0].total);
    }
  });

  it('is a tar file that other tools can read', () => {
    const names = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n');
    expect(names[0]).toBe('touchline-backup.json');
    expect(names.at(-1)).toBe('end.json');
    expect(names).toContain('documents/gold_shots/000000.jsonl');
    expect(names.filter((name) => name.startsWith('blobs/'))).toHaveLength(1 + 1 + 3);
    const end = execFileSync('tar', ['-xzOf', file, 'end.json'], { encoding: 'utf8' });
    expect(JSON.parse(end)).toMatchObject({ documents: 2_502, blobs: 3 });
  });

  it('is restored into an empty location only, unless told to replace', async () => {
    const onlyBlobs = location();
    await onlyBlobs.blobs.put('x');
    await expect(restore(onlyBlobs, file)).rejects.toMatchObject({ code: 'CONFLICT' });
    const to = location();
    await to.store.collection('tracking_aliases').insert({ id: 'shots/champion' });
    await to.store.collection('other').insert({ id: 'a' });
    await expect(restore(to, file)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('--replace'),
    });
    expect(await to.store.collections()).toEqual(['other', 'tracking_aliases']);
    await restore(to, file, { replace: true });
    expect(await everything(to)).toEqual(await everything(from));
  });

  it('is restored with --replace after an interrupted restore', async () => {
    const to = location();
    const stop = new AbortController();
    const progress = ({ stage, done }: ProgressEvent) => {
      if (stage === 'restore' && done > 0) stop.abort(new Error('interrupted'));
    };
    await expect(restore(to, file, { progress, signal: stop.signal })).rejects.toThrow('interrupted');
    await restore(to, file, { replace: true });
    expect(await everything(to)).toEqual(await everything(from));
  });

  it('holds the documents as of one moment while others write', async () => {
    const busy = location();
    await fill(busy);
    const before = await everything(busy);
    const during = join(busy.folder, 'b.tar.gz');
    let writes = 0;
    await backUp(busy, during, {
      progress: () => {
        writes++;
        void busy.store.collection('api_keys').put({ id: `later ${writes}` });
      },
    });
    expect(writes).toBeGreaterThan(2);
    const to = location();
    await restore(to, during);
    expect((await everything(to)).documents).toEqual(before.documents);
  });

  it('is not written from an empty store, and a failed one keeps the previous file', async () => {
    await expect(backUp(location(), join(from.folder, 'none.tar.gz'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const damaged = location();
    await fill(damaged);
    const kept = join(damaged.folder, 'kept.tar.gz');
    await backUp(damaged, kept);
    const before = readFileSync(kept);
    const [hash] = await collect(damaged.blobs.list());
    writeFileSync(join(damaged.folder, 'blobs', hash.slice(0, 2), hash), 'other bytes');
    await expect(backUp(damaged, kept)).rejects.toMatchObject({ details: { damaged: hash } });
    expect(readFileSync(kept).equals(before)).toBe(true);
    expect(readdirSync(damaged.folder).filter((name) => name.includes('partial'))).toEqual([]);
    await expect(backUp(from, '/nowhere/at/all.tar.gz')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('/nowhere/at/all.tar.gz'),
    });
  });
});

describe('a damaged backup', () => {
  /** Expects a backup to be refused before anything is written. */
  async function expectRefused(path: string, message: RegExp, code = 'INVALID_FORMAT') {
    const to = location();
    await expect(restore(to, path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await everything(to)).toEqual({ documents: [], files: {} });
  }
  const written = (content: Buffer) => {
    const path = join(temporaryFolder(), 'b.tar.gz');
    writeFileSync(path, content);
    return path;
  };
  /** The archive with some of its bytes changed, gzipped again. */
  const altered = (find: string, put: string) => {
    const bytes = gunzipSync(readFileSync(file));
    const at = bytes.indexOf(find);
    expect(at).toBeGreaterThanOrEqual(0);
    bytes.write(put, at);
    return written(gzipSync(bytes));
  };

  it('is refused wherever it is truncated', async () => {
    const { length } = readFileSync(file);
    for (const keep of [0, 1, 100, Math.floor(length / 2), length - 1_000, length - 1]) {
      const path = written(readFileSync(file));
      truncateSync(path, keep);
      await expectRefused(path, /b\.tar\.gz.*(not a complete backup|archive is truncated)/);
    }
  });

  it('is refused wherever one bit is flipped', async () => {
    const bytes = readFileSync(file);
    for (const share of [0.001, 0.2, 0.5, 0.9, 0.999]) {
      const flipped = Buffer.from(bytes);
      flipped[Math.floor(bytes.length * share)] ^= 4;
      await expectRefused(written(flipped), /b\.tar\.gz/);
    }
  });

  it.each<[string, string, string, RegExp]>([
    ['a document', 'shot/17"', 'shot/71"', /does not match its last entry/],
    ['a file', 'a small one', 'A small one', /bytes of file [0-9a-f]{64} do not match its hash/],
    ['its format', '"format":1', '"format":9', /format 9.*version that wrote it/],
    ['its first entry', 'touchline-backup.json', 'toucHline-backup.json', /damaged/],
    ['its last entry', '"documents":2502', '"documents":2503', /does not match its last entry/],
  ])('is refused where %s was changed', (_, find, put, message) =>
    expectRefused(altered(find, put), message),
  );

  it('is refused where it is another kind of file or missing', async () => {
    await expectRefused(join(import.meta.dirname, 'backup.test.ts'), /not a complete backup/);
    await expectRefused(written(gzipSync('hello')), /archive is truncated/);
    await expectRefused('/nowhere/at-all.tar.gz', /no file/, 'NOT_FOUND');
  });
});
