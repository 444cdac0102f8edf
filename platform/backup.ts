import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type ArchiveEntry, pack } from './archive.ts';
import type { Blobs } from './blobs/blobs.ts';
import { TouchlineError } from './errors.ts';
import { noProgress, type Progress } from './progress.ts';
import type { Store } from './store/store.ts';

/** What a backup holds: everything else is stored in these two ports. */
export interface BackedUp {
  store: Store;
  blobs: Blobs;
}

export interface BackupCounts {
  documents: number;
  blobs: number;
}

export interface BackupOptions {
  progress?: Progress;
  signal?: AbortSignal;
}

/** Largest entry in bytes: a part of a collection, or of a blob. */
const PART_BYTES = 8 * 2 ** 20;

/** Incremented when the layout of a backup changes. */
export const BACKUP_FORMAT = 1;
export const FIRST_ENTRY = 'touchline-backup.json';
export const LAST_ENTRY = 'end.json';

/**
 * Writes documents and blobs to a `.tar.gz` while others use them: first the documents, as of one moment where the store
 * can read that way, then the blobs, which never change and are stored before any document names them. Each blob is
 * checked against its hash. An existing file is replaced once the new one is complete.
 * @throws NOT_FOUND where there is nothing to back up; INVALID_INPUT where the file cannot be written
 */
export async function backUp(
  from: BackedUp,
  file: string,
  options: BackupOptions = {},
): Promise<BackupCounts> {
  const partial = `${file}.partial`;
  const counts = { documents: 0, blobs: 0 };
  try {
    await pipeline(
      Readable.from(pack(entriesOf(from, counts, options.progress ?? noProgress)), { objectMode: false }),
      createGzip(),
      createWriteStream(partial),
      { signal: options.signal },
    );
    if (counts.documents + counts.blobs === 0)
      throw new TouchlineError(
        'NOT_FOUND',
        'There is nothing to back up: the store and the blobs are empty.',
      );
    await sync(partial);
    await rename(partial, file);
    return counts;
  } catch (error) {
    throw fromDisk(error, file);
  } finally {
    await rm(partial, { force: true });
  }
}

/** The entries of the archive in order. `counts` grows as they are read. */
async function* entriesOf(
  { store, blobs }: BackedUp,
  counts: BackupCounts,
  progress: Progress,
): AsyncGenerator<ArchiveEntry> {
  yield { path: FIRST_ENTRY, content: json({ format: BACKUP_FORMAT, store: store.name, blobs: blobs.name }) };
  const digest = createHash('sha256');
  for await (const { path, lines, content } of partsOf(store)) {
    digest.update(content);
    counts.documents += lines;
    progress({ stage: 'documents', done: counts.documents });
    yield { path, content };
  }
  progress({ stage: 'documents', done: counts.documents, total: counts.documents });
  const hashes: string[] = [];
  for await (const hash of blobs.list()) hashes.push(hash);
  for (const hash of hashes) {
    let part = 0;
    for await (const content of inParts(await blobs.stream(hash)))
      yield { path: `blobs/${hash}/${String(part++).padStart(6, '0')}`, content };
    progress({ stage: 'files', done: ++counts.blobs, total: hashes.length });
  }
  yield { path: LAST_ENTRY, content: json({ ...counts, sha256: digest.digest('hex') }) };
}

/** The documents of a store as parts of JSON lines, each from one collection. */
async function* partsOf(store: Store): AsyncGenerator<ArchiveEntry & { lines: number }> {
  let collection = '';
  let part = 0;
  let lines: string[] = [];
  let bytes = 0;
  const nextPart = () => {
    const path = `documents/${collection}/${String(part++).padStart(6, '0')}.jsonl`;
    const next = { path, lines: lines.length, content: Buffer.from(lines.join('')) };
    lines = [];
    bytes = 0;
    return next;
  };
  for await (const { collection: name, document } of store.dump()) {
    if (lines.length > 0 && (name !== collection || bytes >= PART_BYTES)) yield nextPart();
    if (name !== collection) part = 0;
    collection = name;
    const line = `${JSON.stringify(document)}\n`;
    lines.push(line);
    bytes += line.length;
  }
  if (lines.length > 0) yield nextPart();
}

/** A stream in parts of at least `PART_BYTES`; an empty stream is one empty part. */
async function* inParts(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let first = true;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < PART_BYTES) continue;
    yield Buffer.concat(chunks);
    chunks = [];
    bytes = 0;
    first = false;
  }
  if (bytes > 0 || first) yield Buffer.concat(chunks);
}

const json = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);

async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Converts an error of the file system into a TouchlineError. */
function fromDisk(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof TouchlineError || !code || !syscall) return error;
  const what = code === 'ENOSPC' ? 'the disk is full' : code;
  return new TouchlineError(
    'INVALID_INPUT',
    `${file} cannot be written (${what}): choose another location.`,
    {
      cause: error,
    },
  );
}
