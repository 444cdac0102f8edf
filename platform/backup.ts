import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'libsql';
import { create, extract } from 'tar';
import { splitUrl } from './adapters.ts';
import { openFolderBlobs } from './blobs/folder.ts';
import type { Config } from './config.ts';
import { TouchlineError } from './errors.ts';

const STORE = 'touchline.db';
const BLOBS = 'blobs';

/** Where the embedded store and blobs lie. @throws INVALID_CONFIG where the state is not embedded */
function embedded(config: Pick<Config, 'data' | 'store' | 'blobs'>): { store: string; blobs: string } {
  for (const port of ['store', 'blobs'] as const) {
    const { scheme } = splitUrl(config[port]);
    if (scheme !== 'sqlite' && scheme !== 'folder')
      throw new TouchlineError(
        'INVALID_CONFIG',
        `${port} = ${scheme}: only embedded state is backed up here; use the tools of that server.`,
      );
  }
  return {
    store: splitUrl(config.store).rest || join(config.data, STORE),
    blobs: splitUrl(config.blobs).rest || join(config.data, BLOBS),
  };
}

/**
 * Writes one file that holds the whole embedded state, while others work on it: first the store as of one moment, then
 * the blobs, which are never changed and are written before anything in the store names them.
 * @param file a `.tar.gz`, replaced only once the new one is whole.
 */
export async function backUp(
  config: Pick<Config, 'data' | 'store' | 'blobs'>,
  file: string,
): Promise<{ file: string }> {
  const from = embedded(config);
  if (!existsSync(from.store))
    throw new TouchlineError('NOT_FOUND', `There is nothing to back up in ${config.data}.`);
  const folder = await mkdtemp(join(tmpdir(), 'touchline-backup-'));
  const partial = `${file}.partial`;
  try {
    const database = new Database(from.store);
    database.prepare('VACUUM INTO ?').run(join(folder, STORE));
    database.close();
    await mkdir(join(folder, BLOBS));
    if (existsSync(from.blobs)) await cp(from.blobs, join(folder, BLOBS), { recursive: true });
    await create({ gzip: true, file: partial, cwd: folder, portable: true }, [STORE, BLOBS]);
    await rename(partial, file);
    return { file };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(partial, { force: true });
  }
}

/**
 * Brings a backup back into an empty data folder; every blob is checked against its hash.
 * @throws CONFLICT where the folder holds state already; INVALID_FORMAT where the file is no backup or damaged.
 */
export async function restore(
  config: Pick<Config, 'data' | 'store' | 'blobs'>,
  file: string,
): Promise<{ blobs: number }> {
  const to = embedded(config);
  if (existsSync(to.store) || (existsSync(to.blobs) && (await readdir(to.blobs)).length > 0))
    throw new TouchlineError(
      'CONFLICT',
      `${config.data} holds state already: restore into an empty folder (--data DIR).`,
    );
  if (!existsSync(file)) throw new TouchlineError('NOT_FOUND', `There is no file ${file}.`);
  await mkdir(config.data, { recursive: true });
  // Beside the target, so that the last step is a rename within one file system.
  const folder = await mkdtemp(join(resolve(config.data), '.restore-'));
  try {
    await extract({ file, cwd: folder, strict: true, filter: (path) => !path.includes('..') });
    const blobs = openFolderBlobs({ path: join(folder, BLOBS) });
    let count = 0;
    for await (const hash of blobs.list()) {
      await blobs.get(hash);
      count++;
    }
    await blobs.close();
    const database = new Database(join(folder, STORE));
    database.prepare('PRAGMA quick_check').get();
    database.close();
    await rename(join(folder, BLOBS), to.blobs);
    await rename(join(folder, STORE), to.store);
    return { blobs: count };
  } catch (error) {
    if (error instanceof TouchlineError) throw error;
    throw new TouchlineError('INVALID_FORMAT', `${file} is no whole backup.`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
