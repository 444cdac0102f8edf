import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type BackedUp, backUp } from '../../platform/backup.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { openGridfsBlobs } from '../../platform/blobs/gridfs.ts';
import { restore } from '../../platform/restore.ts';
import { openMongoStore } from '../../platform/store/mongodb/store.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { everything, fill } from '../conformance/backup.ts';
import { temporaryFolder } from '../conformance/tools.ts';
import { freshDatabase } from './mongodb-database.ts';
import { serviceUrl } from './real.ts';

const url = serviceUrl('mongodb');

function embedded(): BackedUp {
  const folder = temporaryFolder();
  return {
    store: openSqliteStore({ path: join(folder, 's.db') }),
    blobs: openFolderBlobs({ path: join(folder, 'blobs') }),
  };
}

/** Documents and blobs in one MongoDB database. */
function real(): BackedUp {
  const database = freshDatabase(url as string);
  const opened = { store: openMongoStore({ url: database }), blobs: openGridfsBlobs({ url: database }) };
  onTestFinished(async () => {
    await opened.store.close();
    await opened.blobs.close();
  });
  return opened;
}

describe.skipIf(!url)('a backup (needs scripts/services.sh start mongodb)', () => {
  it.each([
    ['from MongoDB to SQLite', real, embedded],
    ['from SQLite to MongoDB', embedded, real],
    ['from MongoDB to MongoDB', real, real],
  ])('restores every document and blob %s', async (_, open, openOther) => {
    const from = open();
    await fill(from);
    const file = join(temporaryFolder(), 'backup.tar.gz');
    expect(await backUp(from, file)).toEqual({ documents: 2_502, blobs: 3 });
    const to = openOther();
    expect(await restore(to, file)).toEqual({ documents: 2_502, blobs: 3 });
    expect(await everything(to)).toEqual(await everything(from));
    await expect(restore(to, file)).rejects.toMatchObject({ code: 'CONFLICT' });
    await restore(to, file, { replace: true });
    expect(await everything(to)).toEqual(await everything(from));
    const aliases = to.store.collection<{ id: string; version: number }>('tracking_aliases');
    expect(await aliases.compareAndSwap({ id: 'shots/champion', version: 4 }, 3)).toMatchObject({
      _version: 4,
    });
  });
});
