import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type ArchiveEntry, unpack } from './archive.ts';
import {
  BACKUP_FORMAT,
  type BackedUp,
  type BackupCounts,
  type BackupOptions,
  FIRST_ENTRY,
  LAST_ENTRY,
} from './backup.ts';
import type { Blobs } from './blobs/blobs.ts';
import { isHash } from './blobs/content.ts';
import { TouchlineError } from './errors.ts';
import { noProgress } from './progress.ts';
import { isCollectionName } from './store/names.ts';
import type { Document, Stored } from './store/store.ts';

const invalid = (what: string, cause?: unknown) =>
  new TouchlineError('INVALID_FORMAT', `This is not a complete backup: ${what}.`, { cause });

/**
 * Restores a backup into any store and blobs, of the same technology as before or another. The whole file is checked
 * before anything is written, every blob against its hash.
 * @param options.replace empties the collections first; without it, the store and the blobs must be empty.
 * @throws CONFLICT where they are not empty; INVALID_FORMAT where the file is not a complete backup
 */
export async function restore(
  to: BackedUp,
  file: string,
  options: BackupOptions & { replace?: boolean } = {},
): Promise<BackupCounts> {
  try {
    // The first entry identifies most wrong files before anything is connected.
    for await (const _ of entriesIn(file)) break;
    if (!options.replace) await requireEmpty(to);
    await read(file, 'check', options);
    if (options.replace)
      for (const name of await to.store.collections()) await to.store.collection(name).deleteMany({});
    return await read(file, 'restore', options, to);
  } catch (error) {
    if (!(error instanceof TouchlineError) || error.code !== 'INVALID_FORMAT') throw error;
    throw new TouchlineError('INVALID_FORMAT', `${file}: ${error.message}`, { cause: error });
  }
}

async function requireEmpty({ store, blobs }: BackedUp): Promise<void> {
  const [collection] = await store.collections();
  const { done } = await blobs.list()[Symbol.asyncIterator]().next();
  if (collection === undefined && done) return;
  throw new TouchlineError(
    'CONFLICT',
    'The store or the blobs are not empty: restore into an empty location, or add --replace (also after an interrupted restore).',
  );
}

/** Reads a whole backup and checks it; with `to`, writes it there. */
async function read(
  file: string,
  stage: string,
  { progress = noProgress, signal }: BackupOptions,
  to?: BackedUp,
): Promise<BackupCounts> {
  const { size: total } = await stat(file);
  const digest = createHash('sha256');
  const counts = { documents: 0, blobs: 0 };
  let blob: { hash: string; sink: BlobSink } | undefined;
  let ended = false;
  for await (const { path, content } of entriesIn(file, (done) => progress({ stage, done, total }))) {
    signal?.throwIfAborted();
    if (ended) throw invalid('it has entries after its end');
    const [kind, name = ''] = path.split('/');
    if (blob && blob.hash !== name) {
      await finish(blob);
      blob = undefined;
      counts.blobs++;
    }
    if (kind === 'documents' && isCollectionName(name)) {
      const documents = linesOf(content);
      digest.update(content);
      counts.documents += documents.length;
      await to?.store.load(name, documents);
    } else if (kind === 'blobs' && isHash(name)) {
      blob ??= { hash: name, sink: to ? storing(to.blobs) : hashing() };
      await blob.sink.write(content);
    } else if (path === LAST_ENTRY) {
      const { documents, blobs, sha256 } = parse(content) as BackupCounts & { sha256: unknown };
      ended = documents === counts.documents && blobs === counts.blobs && sha256 === digest.digest('hex');
    } else throw invalid(`unexpected entry '${path.slice(0, 100)}'`);
  }
  if (!ended) throw invalid('its content does not match its last entry');
  return counts;
}

async function finish({ hash, sink }: { hash: string; sink: BlobSink }): Promise<void> {
  if ((await sink.end()) !== hash) throw invalid(`the bytes of file ${hash} do not match its hash`);
}

/** Receives the parts of one blob; `end` returns the hash of its bytes. */
interface BlobSink {
  write(part: Buffer): Promise<void>;
  end(): Promise<string>;
}

function hashing(): BlobSink {
  const digest = createHash('sha256');
  return {
    async write(part) {
      digest.update(part);
    },
    end: async () => digest.digest('hex'),
  };
}

function storing(blobs: Blobs): BlobSink {
  const content = new PassThrough();
  const stored = blobs.put(content);
  return {
    async write(part) {
      // Waits until the blobs have taken the part, or have failed.
      const written = new Promise<void>((done) => content.write(part, () => done()));
      await Promise.race([written, stored]);
    },
    async end() {
      content.end();
      return (await stored).hash;
    },
  };
}

/** The entries after the first, which identifies the file. @param onRead called with the bytes of the file read so far. */
async function* entriesIn(
  file: string,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<ArchiveEntry> {
  const source = createReadStream(file);
  const unzipped = createGunzip();
  source.on('error', (error) => unzipped.destroy(error));
  source.pipe(unzipped);
  try {
    let first = true;
    for await (const entry of unpack(unzipped)) {
      onRead(source.bytesRead);
      if (!first) yield entry;
      else if (entry.path !== FIRST_ENTRY) throw invalid('its first entry is not that of a backup');
      else {
        const { format } = parse(entry.content) as { format: unknown };
        if (format !== BACKUP_FORMAT)
          throw invalid(
            `it has format ${format}, and this version reads format ${BACKUP_FORMAT}: use the version that wrote it`,
          );
        first = false;
      }
    }
  } catch (error) {
    if (error instanceof TouchlineError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new TouchlineError('NOT_FOUND', `There is no file ${file}.`);
    throw invalid(error instanceof Error ? error.message : String(error), error);
  } finally {
    source.destroy();
    unzipped.destroy();
  }
}

const linesOf = (content: Buffer) =>
  content
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parse(line) as Stored<Document>);

function parse(text: Buffer | string): unknown {
  try {
    return JSON.parse(text.toString());
  } catch (error) {
    throw invalid('an entry is not JSON', error);
  }
}
