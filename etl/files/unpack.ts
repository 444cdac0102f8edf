import { createGunzip } from 'node:zlib';
import { TouchlineError } from '../../platform/errors.ts';

const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * The bytes of a file, gunzipped if its first two bytes say that it is gzipped, whatever its name is.
 * @throws FILE_TOO_LARGE beyond `maxBytes` once unpacked; INVALID_FORMAT for a gzip that is cut off or damaged
 */
export async function* unpack(
  source: AsyncIterable<Buffer>,
  name: string,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  const chunks = withFirstChunk(source, GZIP_MAGIC.length);
  try {
    const first = await chunks.next();
    if (first.done) return;
    const gzipped = GZIP_MAGIC.every((byte, i) => first.value[i] === byte);
    const all = concat(first.value, chunks);
    let bytes = 0;
    for await (const chunk of gzipped ? gunzip(all, name) : all) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        throw new TouchlineError(
          'FILE_TOO_LARGE',
          `${name} has more than ${maxBytes} bytes once unpacked: split it, or raise the limit.`,
          { details: { file: name, limit: maxBytes } },
        );
      }
      yield chunk;
    }
  } finally {
    // Closes the file, also when the reader stops early.
    await chunks.return(undefined);
  }
}

/** The chunks of a stream, the first of them at least `least` bytes long unless the stream is shorter. */
export async function* withFirstChunk(source: AsyncIterable<Buffer>, least: number): AsyncGenerator<Buffer> {
  let first: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of source) {
    if (!first) {
      yield chunk;
      continue;
    }
    first = Buffer.concat([first, chunk]);
    if (first.length < least) continue;
    yield first;
    first = undefined;
  }
  if (first && first.length > 0) yield first;
}

async function* concat(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* gunzip(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const stream = createGunzip();
  const feeding = (async () => {
    try {
      for await (const chunk of chunks) {
        if (!stream.write(chunk)) {
          await new Promise((resolve) => stream.once('drain', resolve).once('close', resolve));
        }
        if (stream.destroyed) return;
      }
      stream.end();
    } catch (error) {
      stream.destroy(error as Error);
    }
  })();
  try {
    for await (const chunk of stream) yield chunk as Buffer;
    await feeding;
  } catch (cause) {
    if (cause instanceof TouchlineError || !(cause as { code?: string }).code?.startsWith('Z_')) throw cause;
    throw new TouchlineError(
      'INVALID_FORMAT',
      `${name} is not a complete gzip file: it is cut off or damaged. Copy it again.`,
      { cause, details: { file: name } },
    );
  } finally {
    stream.destroy();
  }
}
