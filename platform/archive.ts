import { Header } from 'tar';
import { TouchlineError } from './errors.ts';

/** One file of an archive; small enough to hold in memory. */
export interface ArchiveEntry {
  path: string;
  content: Buffer;
}

const BLOCK = 512;
/** A backup contains no larger entry, so one is rejected before memory is allocated for it. */
const MAX_ENTRY_BYTES = 256 * 2 ** 20;

const paddingOf = (size: number) => (BLOCK - (size % BLOCK)) % BLOCK;

/** Entries as the bytes of a tar file that other tools can read. */
export async function* pack(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Buffer> {
  for await (const { path, content } of entries) {
    const header = Buffer.alloc(BLOCK);
    new Header({ path, size: content.length, mode: 0o600, type: 'File', mtime: new Date(0) }).encode(header);
    yield header;
    yield content;
    yield Buffer.alloc(paddingOf(content.length));
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** The entries of a tar file that `pack` wrote. @throws INVALID_FORMAT where it is something else, or truncated */
export async function* unpack(source: AsyncIterable<Buffer>): AsyncGenerator<ArchiveEntry> {
  const iterator = source[Symbol.asyncIterator]();
  const read = reader(iterator);
  for (;;) {
    const header = new Header(await read(BLOCK));
    if (header.nullBlock) break;
    const { path = '', size = 0 } = header;
    if (!header.cksumValid || header.type !== 'File' || size > MAX_ENTRY_BYTES)
      throw new TouchlineError(
        'INVALID_FORMAT',
        'The archive is damaged or was not written by this program.',
      );
    const content = await read(size);
    await read(paddingOf(size));
    yield { path, content };
  }
  // Reads to the very end, so that gunzip verifies its checksum.
  while (!(await iterator.next()).done);
}

/** Reads exactly `size` bytes at a time from chunks of any size. */
function reader(iterator: AsyncIterator<Buffer>): (size: number) => Promise<Buffer> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  return async (size) => {
    while (bytes < size) {
      const { done, value } = await iterator.next();
      if (done) throw new TouchlineError('INVALID_FORMAT', 'The archive is truncated.');
      chunks.push(value);
      bytes += value.length;
    }
    const all = Buffer.concat(chunks);
    chunks = [all.subarray(size)];
    bytes = all.length - size;
    return all.subarray(0, size);
  };
}
