import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { TouchlineError } from '../errors.ts';
import { hashBytes } from '../hash.ts';
import type { BlobHash } from './blobs.ts';

const HASH = /^[0-9a-f]{64}$/;

export const isHash = (text: unknown): text is BlobHash => typeof text === 'string' && HASH.test(text);

export const absent = (hash: string) =>
  new TouchlineError('NOT_FOUND', `No file with the hash ${hash.slice(0, 64)} is stored.`);

const damaged = (hash: string) =>
  new TouchlineError(
    'INTERNAL',
    `The stored file ${hash} is damaged: its bytes do not match its hash. Restore it from a backup, or store it again.`,
    { details: { damaged: hash } },
  );

async function* chunksOf(content: Uint8Array | string | Readable): AsyncGenerator<Uint8Array> {
  if (content instanceof Readable)
    for await (const chunk of content) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  else yield typeof content === 'string' ? Buffer.from(content) : content;
}

/** Content to store: its chunks and, once all of them have been read, its hash and size. */
export interface Incoming {
  chunks: AsyncIterable<Uint8Array>;
  total(): { hash: BlobHash; bytes: number };
}

/** Hashes and counts content while it is read. @throws FILE_TOO_LARGE beyond `maxBytes` */
function measure(content: Uint8Array | string | Readable, maxBytes: number): Incoming {
  const digest = createHash('sha256');
  let bytes = 0;
  async function* chunks() {
    for await (const chunk of chunksOf(content)) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes)
        throw new TouchlineError('FILE_TOO_LARGE', `The file is larger than ${maxBytes} bytes.`, {
          details: { maxBytes },
        });
      digest.update(chunk);
      yield chunk;
    }
  }
  return { chunks: chunks(), total: () => ({ hash: digest.digest('hex'), bytes }) };
}

/**
 * Measures content and hands it to `store`; destroys a stream that could not be stored.
 * @throws what `store` throws; FILE_TOO_LARGE beyond `maxBytes`
 */
export async function receive<R>(
  content: Uint8Array | string | Readable,
  maxBytes: number | undefined,
  store: (incoming: Incoming) => Promise<R>,
): Promise<R> {
  try {
    return await store(measure(content, maxBytes ?? Number.POSITIVE_INFINITY));
  } catch (error) {
    if (content instanceof Readable) content.destroy();
    throw error;
  }
}

/** Passes bytes through. @throws INTERNAL at the end where they do not match the hash */
export async function* checked(
  source: AsyncIterable<Uint8Array>,
  hash: BlobHash,
): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256');
  for await (const chunk of source) {
    digest.update(chunk);
    yield chunk;
  }
  if (digest.digest('hex') !== hash) throw damaged(hash);
}

/** @returns the bytes. @throws INTERNAL where they do not match the hash */
export function intact(bytes: Uint8Array, hash: BlobHash): Uint8Array {
  if (hashBytes(bytes) !== hash) throw damaged(hash);
  return bytes;
}
