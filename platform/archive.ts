import { Header } from 'tar';
import { TouchlineError } from './errors.ts';

/** One file of an archive; small enough to be held in memory. */
export interface ArchiveEntry {
  path: string;
  content: Buffer;
}

const BLOCK = 512;
/** Larger entries are none of ours: refused before memory is asked for them. */
const LARGEST = 256 * 2 ** 20;

const paddingOf = (size: number) => (BLOCK - (size % BLOCK)) % BLOCK;

/** Entries as the bytes of a tar file, which any other tool reads too. */
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

/** The entries of a tar file as `pack` wrote it. @throws INVALID_FORMAT where it is none, or cut off */
export async function* unpack(chunks: AsyncIterable<Buffer>): AsyncGenerator<ArchiveEntry> {
  const iterator = chunks[Symbol.asyncIterator]();
  const read = reader(iterator);
  for (;;) {
    const header = new Header(await read(BLOCK));
    if (header.nullBlock) break;
    const { path = '', size = 0 } = header;
    if (!header.cksumValid || header.type !== 'File' || size > LARGEST)
      throw new TouchlineError('INVALID_FORMAT', 'The archive is damaged, or not one of ours.');
    const content = await read(size);
    await read(paddingOf(size));
    yield { path, content };
  }
  // To the very end, so that whoever unzips looks at the sum of it all.
  while (!(await iterator.next()).done);
}

/** Takes exactly so many bytes at a time from chunks of any size. */
function reader(iterator: AsyncIterator<Buffer>): (size: number) => Promise<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  return async (size) => {
    while (bytes < size) {
      const { done, value } = await iterator.next();
      if (done) throw new TouchlineError('INVALID_FORMAT', 'The archive ends in the middle.');
      waiting.push(value);
      bytes += value.length;
    }
    const all = Buffer.concat(waiting);
    waiting = [all.subarray(size)];
    bytes = all.length - size;
    return all.subarray(0, size);
  };
}
