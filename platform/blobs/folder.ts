import { randomUUID } from 'node:crypto';
import { access, constants, open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { TouchlineError } from '../errors.ts';
import type { BlobHash, Blobs } from './blobs.ts';
import { absent, checked, type Incoming, intact, isHash, receive } from './content.ts';
import { type FileOperations, nodeFiles } from './file-operations.ts';

/** A temporary file not written to for this long was left by a crash: stalled uploads are cut off much earlier. */
const LEFTOVER_MS = 10 * 60_000;

/**
 * Blobs as files in a folder, grouped by the first two characters of their hash. A put writes a temporary file, syncs it,
 * renames it into place and syncs the folder, so that a blob is complete or absent, even after a power failure.
 * @param options.path created on first use.
 * @param options.files replaced by tests in which operations fail.
 */
export function openFolderBlobs(options: { path: string; files?: FileOperations }): Blobs {
  const { path: root, files = nodeFiles } = options;
  const incoming = join(root, 'incoming');
  const shardOf = (hash: BlobHash) => join(root, hash.slice(0, 2));
  const fileOf = (hash: BlobHash) => join(shardOf(hash), hash);
  let prepared: Promise<void> | undefined;

  async function prepare() {
    await files.makeFolder(incoming);
    await files.syncFolder(root);
    for (const name of await readdir(incoming)) {
      const file = join(incoming, name);
      const age = await stat(file).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > LEFTOVER_MS) await files.remove(file);
    }
  }

  async function ready() {
    prepared ??= prepare();
    try {
      await prepared;
    } catch (error) {
      prepared = undefined;
      throw error;
    }
  }

  async function write(temporary: string, chunks: AsyncIterable<Uint8Array>) {
    const file = await files.create(temporary);
    try {
      for await (const chunk of chunks) await file.write(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async function put(content: Incoming) {
    await ready();
    const temporary = join(incoming, randomUUID());
    try {
      await write(temporary, content.chunks);
      const total = content.total();
      const shard = shardOf(total.hash);
      await files.makeFolder(shard);
      await files.syncFolder(root);
      // Replaces an existing blob too: that costs nothing and repairs a damaged one.
      await files.rename(temporary, fileOf(total.hash));
      await files.syncFolder(shard);
      return total;
    } catch (error) {
      await files.remove(temporary).catch(() => {});
      throw error;
    }
  }

  async function opened(hash: BlobHash) {
    if (!isHash(hash)) throw absent(hash);
    try {
      return await open(fileOf(hash), 'r');
    } catch (error) {
      throw isAbsent(error) ? absent(hash) : fromDisk(error);
    }
  }

  return {
    name: 'folder',
    async put(content, { maxBytes } = {}) {
      try {
        return await receive(content, maxBytes, put);
      } catch (error) {
        throw fromDisk(error);
      }
    },
    async get(hash) {
      const handle = await opened(hash);
      try {
        return intact(await readFile(handle), hash);
      } catch (error) {
        throw fromDisk(error);
      } finally {
        await handle.close();
      }
    },
    async stream(hash) {
      const handle = await opened(hash);
      return Readable.from(checked(handle.createReadStream(), hash), { objectMode: false });
    },
    async has(hash) {
      if (!isHash(hash)) return false;
      return access(fileOf(hash)).then(
        () => true,
        () => false,
      );
    },
    async delete(hash) {
      if (!(await this.has(hash))) return false;
      try {
        await files.remove(fileOf(hash));
        await files.syncFolder(shardOf(hash));
      } catch (error) {
        throw fromDisk(error);
      }
      return true;
    },
    async *list() {
      const names = async (path: string) =>
        (
          await readdir(path).catch((error) => (isAbsent(error) ? [] : Promise.reject(fromDisk(error))))
        ).sort();
      for (const shard of await names(root))
        if (/^[0-9a-f]{2}$/.test(shard))
          for (const name of await names(join(root, shard))) if (isHash(name)) yield name;
    },
    async ping() {
      try {
        await ready();
        await access(root, constants.W_OK);
      } catch (error) {
        throw fromDisk(error);
      }
    },
    async close() {},
  };
}

const isAbsent = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';

function fromDisk(error: unknown): TouchlineError {
  if (error instanceof TouchlineError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const what =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'The disk of the blobs is full: free some space, or move them (TOUCHLINE_BLOBS).'
      : `The folder of the blobs failed (${code || 'unknown'}): check the disk and its permissions (TOUCHLINE_BLOBS).`;
  return new TouchlineError('UNAVAILABLE', what, { cause: error, details: { setting: 'TOUCHLINE_BLOBS' } });
}
