import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Binary, Db, ObjectId } from 'mongodb';
import { TouchlineError } from '../errors.ts';
import { openMongo } from '../store/mongodb/connection.ts';
import { isDuplicateKey } from '../store/mongodb/errors.ts';
import type { BlobHash, Blobs } from './blobs.ts';
import { absent, checked, type Incoming, isHash, receive } from './content.ts';

/** A file of GridFS. */
interface FileRecord {
  _id: ObjectId;
  /** The hash of its bytes once it is complete; `incoming/…` before that and after it is deleted. */
  filename: string;
  length: number;
  chunkSize: number;
  uploadDate: Date;
}

/** A piece of a file; `n` orders them. */
interface ChunkRecord {
  files_id: ObjectId;
  n: number;
  data: Binary;
}

// Capitalised, because collections of a store, which may share the database, have lower-case names.
const BUCKET = 'Blobs';
/** Bytes of a chunk: GridFS's own size. */
const CHUNK = 255 * 1024;
/** Chunks of one round trip: about 4 MiB. */
const BATCH = 16;
/** A file that has been incoming for this long was left by a crash: stalled uploads are cut off much earlier. */
const LEFTOVER_MS = 24 * 3_600_000;
const PAGE = 1_000;

const files = (database: Db) => database.collection<FileRecord>(`${BUCKET}.files`);
const chunks = (database: Db) => database.collection<ChunkRecord>(`${BUCKET}.chunks`);

/**
 * Blobs in GridFS, in the bucket `Blobs` of the database that the URL names. A file is first recorded as incoming, then
 * its chunks are written, and the last step names it by its hash, so that a blob is complete or absent.
 */
export function openGridfsBlobs(options: { url: string }): Blobs {
  const connection = openMongo(options.url, 'TOUCHLINE_BLOBS');
  let prepared: Promise<void> | undefined;

  const run = <R>(task: (database: Db) => Promise<R>): Promise<R> =>
    connection.run(async (database) => {
      prepared ??= prepare(database).catch((error) => {
        prepared = undefined;
        throw error;
      });
      await prepared;
      return task(database);
    });

  const find = async (hash: BlobHash) =>
    isHash(hash) ? run((database) => files(database).findOne({ filename: hash })) : null;

  async function put(content: Incoming) {
    const { ObjectId } = await import('mongodb');
    const id = new ObjectId();
    try {
      await run((database) => files(database).insertOne(incomingRecord(id)));
      let n = 0;
      for await (const part of parts(content.chunks, BATCH * CHUNK)) {
        const rows = await rowsOf(id, n, part);
        await run((database) => chunks(database).insertMany(rows));
        n += rows.length;
      }
      const total = content.total();
      while (!(await finish(id, total))) {
        // Such a blob exists: it is kept if it is intact and replaced if it is damaged.
        if (await isIntact(total.hash)) {
          await discard(id, incoming(id));
          break;
        }
        await remove(total.hash);
      }
      return total;
    } catch (error) {
      await discard(id, incoming(id)).catch(() => {});
      throw error;
    }
  }

  /** Turns an incoming file into a blob. @returns false where the hash is taken */
  async function finish(id: ObjectId, { hash, bytes }: { hash: BlobHash; bytes: number }): Promise<boolean> {
    try {
      const { matchedCount } = await run((database) =>
        files(database).updateOne(
          { _id: id, filename: incoming(id) },
          { $set: { filename: hash, length: bytes } },
        ),
      );
      if (matchedCount === 1) return true;
    } catch (error) {
      if (isDuplicateKey((error as TouchlineError).cause)) return false;
      throw error;
    }
    throw new TouchlineError('PROCESSING_TIMEOUT', 'The upload took more than a day: send the file again.');
  }

  async function* contentOf({ _id, length }: FileRecord): AsyncGenerator<Uint8Array> {
    for (let n = 0; n * CHUNK < length; n += BATCH) {
      const wanted = Array.from({ length: BATCH }, (_, i) => n + i);
      const rows = await run((database) =>
        chunks(database)
          .find({ files_id: _id, n: { $in: wanted } }, { sort: { n: 1 }, batchSize: BATCH + 1 })
          .toArray(),
      );
      for (const { data } of rows) yield data.value();
    }
  }

  async function open(hash: BlobHash): Promise<Readable> {
    const file = await find(hash);
    if (file === null) throw absent(hash);
    return Readable.from(checked(contentOf(file), hash), { objectMode: false });
  }

  async function isIntact(hash: BlobHash): Promise<boolean> {
    try {
      for await (const _ of await open(hash));
      return true;
    } catch (error) {
      const { code, details } = error as TouchlineError;
      if (code === 'NOT_FOUND' || details.damaged === hash) return false;
      throw error;
    }
  }

  async function remove(hash: BlobHash): Promise<boolean> {
    const file = await find(hash);
    if (file === null) return false;
    return discard(file._id, hash);
  }

  /**
   * Deletes a file if it still has this name. A file that has been finished meanwhile, though the answer to that was
   * lost, may already be acknowledged to another process. It is renamed first, so that nobody can finish it any more.
   */
  const discard = (id: ObjectId, filename: string): Promise<boolean> =>
    run(async (database) => {
      const { matchedCount } = await files(database).updateOne(
        { _id: id, filename },
        { $set: { filename: `${incoming(id)}/ended` } },
      );
      if (matchedCount === 1) await erase(database, id);
      return matchedCount === 1;
    });

  return {
    name: 'gridfs',
    put: (content, { maxBytes } = {}) => receive(content, maxBytes, put),
    get: async (hash) => buffer(await open(hash)),
    stream: open,
    has: async (hash) => (await find(hash)) !== null,
    delete: remove,
    async *list() {
      for (let after = ''; ; ) {
        const rows = await run((database) =>
          files(database)
            .find(
              { filename: { $gt: after, $lt: 'g' } },
              { sort: { filename: 1 }, limit: PAGE, batchSize: PAGE },
            )
            .toArray(),
        );
        for (const { filename } of rows) yield filename;
        if (rows.length < PAGE) return;
        after = rows[PAGE - 1].filename;
      }
    },
    ping: connection.ping,
    close: connection.close,
  };
}

/** Sorts after every hash. */
const incoming = (id: ObjectId) => `incoming/${id}`;

const incomingRecord = (id: ObjectId): FileRecord => ({
  _id: id,
  filename: incoming(id),
  length: 0,
  chunkSize: CHUNK,
  uploadDate: new Date(),
});

async function prepare(database: Db): Promise<void> {
  await files(database).createIndexes([{ key: { filename: 1 }, unique: true }]);
  await chunks(database).createIndexes([{ key: { files_id: 1, n: 1 }, unique: true }]);
  const before = new Date(Date.now() - LEFTOVER_MS);
  const left = await files(database)
    .find({ filename: { $gte: 'incoming/' }, uploadDate: { $lt: before } }, { projection: { _id: 1 } })
    .toArray();
  for (const { _id } of left) await erase(database, _id);
}

/** Deletes the chunks first, so that after a crash the record still leads to the rest. */
async function erase(database: Db, id: ObjectId): Promise<void> {
  await chunks(database).deleteMany({ files_id: id });
  await files(database).deleteOne({ _id: id });
}

/** The same bytes in parts of `size`; the last one may be shorter. */
async function* parts(content: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    waiting.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < size) continue;
    const joined = Buffer.concat(waiting);
    const end = bytes - (bytes % size);
    for (let from = 0; from < end; from += size) yield joined.subarray(from, from + size);
    waiting = [joined.subarray(end)];
    bytes -= end;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

async function rowsOf(id: ObjectId, first: number, part: Uint8Array): Promise<ChunkRecord[]> {
  const { Binary } = await import('mongodb');
  return Array.from({ length: Math.ceil(part.length / CHUNK) }, (_, i) => ({
    files_id: id,
    n: first + i,
    data: new Binary(part.subarray(i * CHUNK, (i + 1) * CHUNK)),
  }));
}
