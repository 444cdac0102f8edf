import type { Readable } from 'node:stream';

/** The key of a blob: the SHA-256 of its bytes in lower-case hex. */
export type BlobHash = string;

/** Immutable bytes by content hash. A `put` that resolves is durable; one that fails leaves nothing behind. */
export interface Blobs {
  /** The technology, such as `gridfs`. */
  readonly name: string;
  /**
   * Stores bytes or a stream. Idempotent: storing the same bytes again repairs a damaged blob.
   * @throws FILE_TOO_LARGE beyond `maxBytes`
   */
  put(
    content: Uint8Array | string | Readable,
    options?: { maxBytes?: number },
  ): Promise<{ hash: BlobHash; bytes: number }>;
  /**
   * The whole content.
   * @throws NOT_FOUND; INTERNAL with the hash as `details.damaged` where the bytes do not match it
   */
  get(hash: BlobHash): Promise<Uint8Array>;
  /** The content as a stream; throws as `get` does, for damage at its end. */
  stream(hash: BlobHash): Promise<Readable>;
  has(hash: BlobHash): Promise<boolean>;
  /** @returns whether there was such a blob */
  delete(hash: BlobHash): Promise<boolean>;
  /** Every hash, sorted. */
  list(): AsyncIterable<BlobHash>;
  /** A cheap round trip. @throws UNAVAILABLE with the setting to look at */
  ping(): Promise<void>;
  /** Closing twice is harmless. */
  close(): Promise<void>;
}
