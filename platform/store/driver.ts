import type { Position } from './cursor.ts';
import type { Row } from './document.ts';
import type { Test } from './filter.ts';
import type { CollectionOptions } from './store.ts';

/** A document to write, whose version depends on what is stored. */
export type NewRow = Omit<Row, 'version'>;

/** What rows are searched for. Every path has been checked, and every value must be bound, never interpolated. */
export interface Query {
  /** All of them must hold; an empty list matches every row. */
  tests: readonly Test[];
  /** Path to sort by. Absent and null values come first; ties are sorted by id; `descending` reverses all of it. */
  sort: string;
  descending: boolean;
}

/** A page of a query. */
export interface PageQuery extends Query {
  /** Only rows that come after this position in the order of the query. */
  after?: Position;
  limit: number;
}

/** What became of a row to insert: inserted, or left out because its id or one of its unique keys is taken. */
export type InsertOutcome = 'inserted' | 'id taken' | 'key taken';

/** Thrown by a write of a driver whose document has a unique key that belongs to another document. */
export class UniqueKeyTaken extends Error {
  override name = 'UniqueKeyTaken';
  constructor(cause?: unknown) {
    super('A unique key is already taken.', { cause });
  }
}

/**
 * The operations on one collection. Arguments have been validated, `_version` may be a path like any other, and no
 * write holds more than `batchSize` rows. Every write is durable when its promise resolves.
 */
export interface CollectionDriver {
  /**
   * Creates the collection and its indexes where they are missing. Called before the first operation, again after it
   * failed, and by every process.
   */
  prepare(): Promise<void>;
  get(id: string): Promise<Row | undefined>;
  find(query: PageQuery): Promise<Row[]>;
  /** The ids of every match, in order. */
  findIds(query: Query): Promise<string[]>;
  count(tests: readonly Test[]): Promise<number>;
  /** Inserts the rows whose id and unique keys are free. @returns one outcome per row, in their order */
  insert(rows: readonly Row[]): Promise<InsertOutcome[]>;
  /**
   * Writes a row over whatever is stored under its id, with the version after the stored one; 1 where there is none.
   * @returns the new version. @throws UniqueKeyTaken
   */
  put(row: NewRow): Promise<number>;
  /** Writes rows as `put` does. @throws UniqueKeyTaken; earlier rows may then be stored */
  putMany(rows: readonly NewRow[]): Promise<void>;
  /**
   * Writes a row with the next version, only if `version` is the one stored under its id; atomic.
   * @returns whether it was written. @throws UniqueKeyTaken
   */
  replace(row: Row): Promise<boolean>;
  /** @returns whether there was such a document */
  delete(id: string): Promise<boolean>;
  /** Deletes every match, in several transactions where one would block others. @returns the number of deleted rows */
  deleteMany(tests: readonly Test[]): Promise<number>;
}

/** What a backup reads from: a driver, or a view of it as of one moment. */
export interface StoreReader {
  /** Names of the collections that hold documents, sorted. */
  collections(): Promise<string[]>;
  collection(name: string): Pick<CollectionDriver, 'find'>;
  close(): Promise<void>;
}

/**
 * What a document database must do to serve as a store; `openStore` adds the rest: validation, ids, cursors and pages,
 * batches, sorted walks, backups. Drivers connect on first use, throw TouchlineErrors that name the setting to look at,
 * and pass `tests/conformance/store.ts` and `tests/conformance/filters.ts`.
 *
 * `touchline run` opens the store in several threads, and workers in several processes: a store must show each of them
 * what the others wrote.
 */
export interface StoreDriver {
  /** The technology, such as `sqlite`. */
  readonly name: string;
  readonly capabilities: {
    /** Whether the database deletes documents that expire (`CollectionOptions.expiry`). */
    readonly ttl: boolean;
  };
  /** Most rows of one write: it should take milliseconds. */
  readonly batchSize: number;
  /** @param options paths have been checked, and `expiry` is absent where `capabilities.ttl` is false. */
  collection(name: string, options: CollectionOptions): CollectionDriver;
  collections(): Promise<string[]>;
  /** A view of every document as of one moment, for a backup. Without it, a backup reads while others write. */
  snapshot?(): Promise<StoreReader>;
  /**
   * Inserts rows with the versions that they carry, as `insert` does. The options of the collection are not known yet:
   * its indexes must cover these rows once it is opened with them.
   */
  load(name: string, rows: readonly Row[]): Promise<void>;
  /** A cheap round trip. @throws UNAVAILABLE */
  ping(): Promise<void>;
  /** Closing twice is harmless; every operation fails with UNAVAILABLE afterwards. */
  close(): Promise<void>;
}
