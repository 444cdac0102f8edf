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

const place = (folder = temporaryFolder()): BackedUp & { folder: string } => ({
  folder,
  store: openSqliteStore({ path: join(folder, 'touchline.db') }),
  blobs: openFolderBlobs({ path: join(folder, 'blobs') }),
});

let from: ReturnType<typeof place>;
let file: string;
beforeAll(async () => {
  from = place(makeFolder());
  await fill(from);
  file = join(from.folder, 'backup.tar.gz');
  expect(await backUp(from, file)).toEqual({ documents: 2_502, blobs: 3 });
});

describe('a backup', () => {
  it('brings everything back as it was, versions and indexes too', async () => {
    const to = place();
    const events: ProgressEvent[] = [];
    const counts = await restore(to, file, { progress: (event) => events.push(event) });
    expect(counts).toEqual({ documents: 2_502, blobs: 3 });
    expect(await everything(to)).toEqual(await everything(from));
    expect((await to.store.collection('tracking_aliases').get('shots/champion'))?._version).toBe(3);
    for (const stage of ['check', 'restore']) {
      const told = events.filter((event) => event.stage === stage);
      expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));
      expect(told.at(-1)).toMatchObject({ done: told[0].total });
    }
  });

  it('is a tar file that others read', () => {
    const names = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n');
    expect(names[0]).toBe('touchline-backup.json');
    expect(names.at(-1)).toBe('end.json');
    expect(names).toContain('documents/gold_shots/000000.jsonl');
    expect(names.filter((name) => name.startsWith('blobs/'))).toHaveLength(1 + 1 + 3);
    const end = execFileSync('tar', ['-xzOf', file, 'end.json'], { encoding: 'utf8' });
    expect(JSON.parse(end)).toMatchObject({ documents: 2_502, blobs: 3 });
  });

  it('refuses a place that holds something, unless it is to be replaced', async () => {
    const onlyBlobs = place();
    await onlyBlobs.blobs.put('x');
    await expect(restore(onlyBlobs, file)).rejects.toMatchObject({ code: 'CONFLICT' });
    const to = place();
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

  it('goes on with --replace after a restore that was interrupted', async () => {
    const to = place();
    const stop = new AbortController();
    const progress = ({ stage, done }: ProgressEvent) => {
      if (stage === 'restore' && done > 0) stop.abort(new Error('interrupted'));
    };
    await expect(restore(to, file, { progress, signal: stop.signal })).rejects.toThrow('interrupted');
    await restore(to, file, { replace: true });
    expect(await everything(to)).toEqual(await everything(from));
  });

  it('sees documents as of one moment, while others write', async () => {
    const busy = place();
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
    const to = place();
    await restore(to, during);
    expect((await everything(to)).documents).toEqual(before.documents);
  });

  it('is not written where there is nothing, and keeps the one before when it fails', async () => {
    await expect(backUp(place(), join(from.folder, 'none.tar.gz'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const damaged = place();
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
  /** Refused before anything is written. */
  async function refused(path: string, said: RegExp, code = 'INVALID_FORMAT') {
    const to = place();
    await expect(restore(to, path)).rejects.toMatchObject({ code, message: expect.stringMatching(said) });
    expect(await everything(to)).toEqual({ documents: [], files: {} });
  }
  const written = (content: Buffer) => {
    const path = join(temporaryFolder(), 'b.tar.gz');
    writeFileSync(path, content);
    return path;
  };
  /** The archive with some of its bytes changed, whole again for gzip. */
  const altered = (find: string, put: string) => {
    const bytes = gunzipSync(readFileSync(file));
    const at = bytes.indexOf(find);
    expect(at).toBeGreaterThanOrEqual(0);
    bytes.write(put, at);
    return written(gzipSync(bytes));
  };

  it('is refused wherever it is cut', async () => {
    const { length } = readFileSync(file);
    for (const keep of [0, 1, 100, Math.floor(length / 2), length - 1_000, length - 1]) {
      const path = written(readFileSync(file));
      truncateSync(path, keep);
      await refused(path, /b\.tar\.gz.*no whole backup|archive ends/);
    }
  });

  it('is refused where a bit is another', async () => {
    const bytes = readFileSync(file);
    for (const share of [0.001, 0.2, 0.5, 0.9, 0.999]) {
      const flipped = Buffer.from(bytes);
      flipped[Math.floor(bytes.length * share)] ^= 4;
      await refused(written(flipped), /b\.tar\.gz/);
    }
  });

  it.each<[string, string, string, RegExp]>([
    ['a document', 'shot/17"', 'shot/71"', /not what its end says/],
    ['a file', 'a small one', 'A small one', /bytes of file [0-9a-f]{64} are others/],
    ['its form', '"format":1', '"format":9', /form is 9.*version that wrote it/],
    ['its beginning', 'touchline-backup.json', 'toucHline-backup.json', /damaged/],
    ['its end', '"documents":2502', '"documents":2503', /not what its end says/],
  ])('is refused where somebody changed %s', (_, find, put, said) => refused(altered(find, put), said));

  it('is refused where it is something else', async () => {
    await refused(join(import.meta.dirname, 'backup.test.ts'), /no whole backup/);
    await refused(written(gzipSync('hello')), /archive ends/);
    await refused('/nowhere/at-all.tar.gz', /no file/, 'NOT_FOUND');
  });
});
