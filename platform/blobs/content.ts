import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { TouchlineError } from '../errors.ts';
import { hashBytes } from '../hash.ts';
import type { BlobHash } from './blobs.ts';

const HASH = /^[0-9a-f]{64}$/;

export const isHash = (text: unknown): text is BlobHash => typeof text === 'string' && HASH.test(text);

export const absent = (hash: string) =>
  new TouchlineError('NOT_FOUND', `There is no stored file ${hash.slice(0, 64)}.`);

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

/** Content on its way in: its chunks, and what they came to once all of them were read. */
export interface Incoming {
  chunks: AsyncIterable<Uint8Array>;
  total(): { hash: BlobHash; bytes: number };
}

/** Measures content while it is read. @throws FILE_TOO_LARGE beyond `maxBytes` */
export function measure(content: Uint8Array | string | Readable, maxBytes: number): Incoming {
  const digest = createHash('sha256');
  let bytes = 0;
  async function* chunks() {
    for await (const chunk of chunksOf(content)) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes)
        throw new TouchlineError('FILE_TOO_LARGE', `The file has more than ${maxBytes} bytes.`, {
          details: { maxBytes },
        });
      digest.update(chunk);
      yield chunk;
    }
  }
  return { chunks: chunks(), total: () => ({ hash: digest.digest('hex'), bytes }) };
}

/** Passes bytes on and fails at the end if they were not those of the hash. */
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

/** Bytes that are those of the hash. @throws INTERNAL where they are not */
export function intact(bytes: Uint8Array, hash: BlobHash): Uint8Array {
  if (hashBytes(bytes) !== hash) throw damaged(hash);
  return bytes;
}
