import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { TouchlineError } from '../../errors.ts';
import { fromSqlite, isBusy } from './errors.ts';

type Bound = string | number;

/** The part of a prepared statement that the store uses. */
export interface Statement {
  run(...values: (Bound | readonly Bound[])[]): { changes: number };
  get(...values: (Bound | readonly Bound[])[]): unknown;
  all(...values: (Bound | readonly Bound[])[]): unknown[];
}

export type Prepare = (sql: string) => Statement;

/** Version of the layout, kept in the file; a newer one is refused rather than misread. */
const LAYOUT = 1;
/** How long a writer waits for other processes in all. */
const PATIENCE_MS = 10_000;
/** How much of it may block the event loop at a time. */
const BLOCK_MS = 20;

/** A lazily opened connection. Work handed to `run` is synchronous, so nothing else comes between its statements. */
export interface Connection {
  /** Runs a `task` that reads, again later while other processes hold the file. @throws TouchlineError */
  run<T>(task: (prepare: Prepare) => T): Promise<T>;
  /**
   * Runs a `task` that writes, all or nothing, again later while other processes hold the file. It holds the file before
   * its first statement: one that met a held file would keep its old view of it, and with it every other from writing.
   * @throws TouchlineError, or a violated key as it came
   */
  transaction<T>(task: (prepare: Prepare) => T): Promise<T>;
  close(): void;
}

export function openConnection(path: string, pass: (error: unknown) => boolean): Connection {
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

  const patiently = async <T>(task: () => T): Promise<T> => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return task();
      } catch (error) {
        if (pass(error)) throw error;
        if (!isBusy(error) || Date.now() > deadline) throw fromSqlite(error);
      }
      await sleep(1 + Math.random() * BLOCK_MS);
    }
  };

  return {
    run: (task) => patiently(() => task(prepare)),
    transaction: (task) =>
      patiently(() => {
        const db = opened();
        db.exec('begin immediate');
        try {
          const result = task(prepare);
          db.exec('commit');
          return result;
        } catch (error) {
          // SQLite rolls back by itself on some errors, such as a full disk.
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
    database.pragma(`busy_timeout = ${BLOCK_MS}`);
    database.pragma('journal_mode = WAL');
    // FULL syncs the log at every commit: an acknowledged write survives a killed process and a power cut alike.
    database.pragma('synchronous = FULL');
    const [{ user_version: layout }] = database.pragma('user_version') as [{ user_version: number }];
    if (layout > LAYOUT)
      throw new TouchlineError(
        'INVALID_CONFIG',
        `The store has layout ${layout}, this version reads up to ${LAYOUT}: update Touchline, or choose another file (TOUCHLINE_STORE).`,
      );
    if (layout < LAYOUT) database.exec(`pragma user_version = ${LAYOUT}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
