import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { TouchlineError } from '../../errors.ts';
import { fromSqlite, isBusy } from './errors.ts';

type Bound = string | number;

/** What the store uses of a prepared statement. */
export interface Statement {
  run(...values: (Bound | readonly Bound[])[]): { changes: number };
  get(...values: (Bound | readonly Bound[])[]): unknown;
  all(...values: (Bound | readonly Bound[])[]): unknown[];
}

export type Prepare = (sql: string) => Statement;

/** Version of the layout, kept in the file; a file with a newer one is refused rather than misread. */
const LAYOUT = 1;
/** How long an operation waits in all for other processes that have locked the file. */
const LOCK_TIMEOUT_MS = 10_000;
/** How long SQLite itself waits for a lock, which blocks the event loop. */
const BUSY_TIMEOUT_MS = 20;

/** A lazily opened connection. Tasks are synchronous, so that the statements of two tasks never interleave. */
export interface Connection {
  /** Runs a `task` that reads; retries while another process has locked the file. @throws TouchlineError */
  run<T>(task: (prepare: Prepare) => T): Promise<T>;
  /**
   * Runs a `task` that writes in a transaction; retries while another process has locked the file. The lock is taken
   * before the first statement: a statement that met a locked file would keep its old view of it, and all other writers
   * out.
   * @throws TouchlineError, or UniqueKeyTaken
   */
  transaction<T>(task: (prepare: Prepare) => T): Promise<T>;
  close(): void;
}

/** @param path the file; `:memory:` for a database in memory. */
export function openConnection(path: string): Connection {
  let database: Database.Database | undefined;
  let closed = false;
  const statements = new Map<string, Statement>();

  const opened = (): Database.Database => {
    if (closed) throw new TouchlineError('UNAVAILABLE', 'The store is closed.');
    database ??= openDatabase(path);
    return database;
  };

  const prepare = (sql: string): Statement => {
    let statement = statements.get(sql);
    if (!statement) {
      if (statements.size >= 256) statements.clear();
      statement = opened().prepare(sql) as Statement;
      statements.set(sql, statement);
    }
    return statement;
  };

  const withRetries = async <T>(task: () => T): Promise<T> => {
    const deadline = Date.now() + LOCK_TIMEOUT_MS;
    for (;;) {
      try {
        return task();
      } catch (error) {
        if (!isBusy(error) || Date.now() > deadline) throw fromSqlite(error);
      }
      await sleep(1 + Math.random() * BUSY_TIMEOUT_MS);
    }
  };

  return {
    run: (task) => withRetries(() => task(prepare)),
    transaction: (task) =>
      withRetries(() => {
        const db = opened();
        db.exec('begin immediate');
        try {
          const result = task(prepare);
          db.exec('commit');
          return result;
        } catch (error) {
          // On some errors, such as a full disk, SQLite has already rolled back.
          if (db.inTransaction) db.exec('rollback');
          throw error;
        }
      }),
    close() {
      closed = true;
      statements.clear();
      database?.close();
      database = undefined;
    },
  };
}

function openDatabase(path: string): Database.Database {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path);
  try {
    database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.pragma('journal_mode = WAL');
    // FULL syncs the log at every commit: an acknowledged write survives a killed process and a power failure.
    database.pragma('synchronous = FULL');
    const [{ user_version: layout }] = database.pragma('user_version') as [{ user_version: number }];
    if (layout > LAYOUT)
      throw new TouchlineError(
        'INVALID_CONFIG',
        `The store has layout ${layout}, but this version reads layouts up to ${LAYOUT}: update Touchline, or use another file (TOUCHLINE_STORE).`,
      );
    if (layout < LAYOUT) database.exec(`pragma user_version = ${LAYOUT}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
