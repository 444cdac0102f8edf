/** JSON values, as documents hold them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A document: JSON with a string `id` of 1 to 512 characters that is its key within the collection. */
export interface Document {
  id: string;
}

/** A document as stored, with the version that compare-and-swap needs (1 after the first write, then +1 a write). */
export type Stored<T extends Document> = T & { readonly _version: number };

type Comparable = string | number | boolean | null;

/**
 * What one field must satisfy. A bare value means equality; several operators in one object must all hold.
 * Types count: 1, '1' and true are three values, and `lt` with a number finds numbers only. Texts are ordered by their
 * bytes in UTF-8. `null` equals an absent field too; `ne` is the opposite of `eq`. `exists` is true for a field that is
 * null. Lists and objects equal nothing, and paths do not lead through lists.
 */
export type Condition =
  | Comparable
  | {
      eq?: Comparable;
      ne?: Comparable;
      lt?: string | number;
      lte?: string | number;
      gt?: string | number;
      gte?: string | number;
      in?: readonly Comparable[];
      exists?: boolean;
    };

/**
 * All conditions must hold. Keys are field names of the document, dotted for nested ones (`champion.version`).
 * Adapters refuse any other operator with INVALID_INPUT, so nothing from outside can reach the database's language.
 */
export type Filter = { readonly [path: string]: Condition };

export interface PageOptions {
  /** Ordered by this path, then by id; absent and null come first. Its values are of one type. Default: by id. */
  sort?: string;
  descending?: boolean;
  /** 1 to 1,000; default 100. */
  limit?: number;
  /** The `next` of the page before. A cursor that does not fit the sort is INVALID_INPUT. */
  cursor?: string;
}

export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  next?: string;
}

export interface CollectionOptions {
  /**
   * Each entry is a set of paths whose values (texts or numbers) must be unique together. A violation is
   * ALREADY_EXISTS. A document in which one of them is absent or null takes no part.
   */
  unique?: readonly (readonly string[])[];
  /** Each entry is a set of paths that is searched or sorted by. */
  indexes?: readonly (readonly string[])[];
  /**
   * Only where `capabilities.ttl`, elsewhere INVALID_INPUT: the server itself deletes a document some seconds after the
   * ISO date at `path`, soon after they have passed. It counts for what is written with it.
   */
  expiry?: { path: string; afterSeconds: number };
}

/** One collection. Every write is durable when its promise resolves. */
export interface Collection<T extends Document> {
  get(id: string): Promise<Stored<T> | undefined>;
  /** Adds one document; ALREADY_EXISTS if its id or a unique key is taken. */
  insert(document: T): Promise<Stored<T>>;
  /**
   * Adds many in one go; those whose id or unique key is taken are left alone and counted. Written batch by batch, in
   * order: a crash may leave the first batches stored, and doing it again is harmless.
   */
  insertMany(documents: readonly T[]): Promise<{ inserted: number; duplicates: number }>;
  /** Writes whatever is there now. For state owned by one writer; otherwise use compareAndSwap. */
  put(document: T): Promise<Stored<T>>;
  /** Writes many like put, in one go, batch by batch as insertMany. */
  putMany(documents: readonly T[]): Promise<void>;
  /**
   * Writes only if the stored version is still `version` (0: only if absent).
   * @returns the stored document, or undefined if someone else was faster.
   */
  compareAndSwap(document: T, version: number): Promise<Stored<T> | undefined>;
  find(filter?: Filter, options?: PageOptions): Promise<Page<Stored<T>>>;
  /** Every match, page by page; safe against writes that happen meanwhile (they may or may not be seen). */
  all(filter?: Filter, options?: Omit<PageOptions, 'limit' | 'cursor'>): AsyncIterable<Stored<T>>;
  count(filter?: Filter): Promise<number>;
  delete(id: string): Promise<boolean>;
  deleteMany(filter: Filter): Promise<number>;
}

/** Documents by key and filter. Adapters connect lazily and may be closed twice. */
export interface Store {
  /** Technology, such as `sqlite`. */
  readonly name: string;
  /** What only some adapters can do. */
  readonly capabilities: { readonly ttl: boolean; readonly timeSeries: boolean };
  /** Opens (and creates, with its indexes) a collection. The same name must always come with the same options. */
  collection<T extends Document>(name: string, options?: CollectionOptions): Collection<T>;
  /** Names of the collections that hold something, in order. */
  collections(): Promise<string[]>;
  /** Every document, collection by collection, for a backup: as of one moment where the server can read so. */
  dump(): AsyncIterable<{ collection: string; document: Stored<Document> }>;
  /**
   * Adds documents of a backup with the versions that they carry; their indexes come when the collection is opened with
   * its options. Written like insertMany, and doing it again is harmless.
   */
  load(collection: string, documents: readonly Stored<Document>[]): Promise<void>;
  /** A cheap round trip; throws UNAVAILABLE with the setting to look at. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
