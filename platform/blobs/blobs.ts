import type { Readable } from 'node:stream';

/** What a blob is known by: the SHA-256 of its bytes, in lower-case hex. */
export type BlobHash = string;

/** Immutable bytes by content hash. A put that resolves is durable; a put that fails leaves no part behind. */
export interface Blobs {
  readonly name: string;
  /** Stores bytes or a stream; storing the same bytes again is harmless. `maxBytes`: FILE_TOO_LARGE beyond it. */
  put(
    content: Uint8Array | string | Readable,
    options?: { maxBytes?: number },
  ): Promise<{ hash: BlobHash; bytes: number }>;
  /** The whole content; NOT_FOUND when absent; INTERNAL with the hash as `damaged` in details where the bytes changed. */
  get(hash: BlobHash): Promise<Uint8Array>;
  /** The content as a stream, checked and failing as `get` does. */
  stream(hash: BlobHash): Promise<Readable>;
  has(hash: BlobHash): Promise<boolean>;
  delete(hash: BlobHash): Promise<boolean>;
  /** Every hash, in order. */
  list(): AsyncIterable<BlobHash>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
