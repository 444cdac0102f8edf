/** A JSON value, as documents hold them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A document: JSON with an `id` of 1 to 512 characters, its key within the collection. */
export interface Document {
  id: string;
}

/** A document as stored, with the version that compare-and-swap needs: 1 after the first write, one more after each. */
export type Stored<T extends Document> = T & { readonly _version: number };

type Comparable = string | number | boolean | null;

/**
 * What one field must satisfy. A bare value means equality; several operators in one object must all hold.
 * Types matter: 1, '1' and true are three different values, and `lt` with a number matches numbers only. Strings are
 * ordered by their bytes in UTF-8. `null` equals an absent field too; `ne` is the opposite of `eq`. `exists` holds for a
 * field that is null. Arrays and objects equal nothing, and paths do not lead through arrays.
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
 * Any other operator is INVALID_INPUT, so nothing from outside can reach the query language of a database.
 */
export type Filter = { readonly [path: string]: Condition };

export interface PageOptions {
  /** Path to sort by; ties are sorted by id, absent and null values come first. Its values share a type. Default: id. */
  sort?: string;
  descending?: boolean;
  /** 1 to 1,000; default 100. */
  limit?: number;
  /** The `next` of the previous page. A cursor that does not belong to the sort order is INVALID_INPUT. */
  cursor?: string;
}

export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  next?: string;
}

export interface CollectionOptions {
  /**
   * Each entry is a set of paths whose values (strings or numbers) must be unique together. A violation is
   * ALREADY_EXISTS. A document in which one of them is absent or null is exempt.
   */
  unique?: readonly (readonly string[])[];
  /** Each entry is a set of paths that searches filter or sort by. */
  indexes?: readonly (readonly string[])[];
  /**
   * The database itself deletes a document, this long after the ISO date at `path`. Applies to documents written with
   * this option. INVALID_INPUT where `capabilities.ttl` is false.
   */
  expiry?: { path: string; afterSeconds: number };
}

/** One collection. Every write is durable when its promise resolves. */
export interface Collection<T extends Document> {
  get(id: string): Promise<Stored<T> | undefined>;
  /** Inserts one document. @throws ALREADY_EXISTS where its id or a unique key is taken */
  insert(document: T): Promise<Stored<T>>;
  /**
   * Inserts many documents; skips and counts those whose id or unique key is taken. Written in batches, in order: a
   * crash may leave the first batches stored. Safe to rerun.
   */
  insertMany(documents: readonly T[]): Promise<{ inserted: number; duplicates: number }>;
  /** Writes a document over whatever is stored. For state with a single writer; otherwise use compareAndSwap. */
  put(document: T): Promise<Stored<T>>;
  /** Writes many documents as `put` does, in batches as `insertMany` does. */
  putMany(documents: readonly T[]): Promise<void>;
  /**
   * Writes a document only if the stored version is still `version`; 0 means that none is stored.
   * @returns the stored document, or undefined where another writer was faster
   */
  compareAndSwap(document: T, version: number): Promise<Stored<T> | undefined>;
  find(filter?: Filter, options?: PageOptions): Promise<Page<Stored<T>>>;
  /** Every match, read page by page. Safe while others write: their changes may or may not be seen. */
  all(filter?: Filter, options?: Omit<PageOptions, 'limit' | 'cursor'>): AsyncIterable<Stored<T>>;
  count(filter?: Filter): Promise<number>;
  /** @returns whether there was such a document */
  delete(id: string): Promise<boolean>;
  /** @returns how many documents matched */
  deleteMany(filter: Filter): Promise<number>;
}

/**
 * Documents by key and filter. Stores connect on first use, and closing one twice is harmless.
 * A new technology implements the smaller `StoreDriver` instead.
 */
export interface Store {
  /** The technology, such as `sqlite`. */
  readonly name: string;
  readonly capabilities: {
    /** Whether the database deletes documents that expire (`CollectionOptions.expiry`). */
    readonly ttl: boolean;
  };
  /** Opens a collection; creates it with its indexes on first use. The same name must always have the same options. */
  collection<T extends Document>(name: string, options?: CollectionOptions): Collection<T>;
  /** Names of the collections that hold documents, sorted. */
  collections(): Promise<string[]>;
  /** Every document, collection by collection, for a backup: as of one moment where the database can read that way. */
  dump(): AsyncIterable<{ collection: string; document: Stored<Document> }>;
  /**
   * Inserts documents of a backup with the versions that they carry; their indexes follow when the collection is opened
   * with its options. Skips documents that exist, so it is safe to rerun.
   */
  load(collection: string, documents: readonly Stored<Document>[]): Promise<void>;
  /** A cheap round trip. @throws UNAVAILABLE with the setting to look at */
  ping(): Promise<void>;
  close(): Promise<void>;
}
