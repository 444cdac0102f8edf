import type { Db, MongoClient, MongoClientOptions } from 'mongodb';
import { TouchlineError } from '../../errors.ts';
import { checkAddress, fromMongo, type MongoSetting } from './errors.ts';

/** How soon an unreachable server is noticed. A URL may override these. */
const TIMEOUTS = { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 10_000, heartbeatFrequencyMS: 5_000 };

/**
 * A URL may not override these: an acknowledged write is on the disks of a majority of the members, and what has been
 * read cannot be rolled back.
 */
const DURABLE: MongoClientOptions = {
  appName: 'touchline',
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
  readConcern: { level: 'majority' },
};

const PING_MS = 5_000;

export interface MongoConnection {
  /** Runs a task on the database, after connecting if necessary. @throws TouchlineError with the driver's error as cause */
  run<R>(task: (database: Db) => Promise<R>): Promise<R>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The database that the path of a URL names; default `touchline`.
 * @example
 * databaseOf('mongodb://localhost/club?tls=true'); // => 'club'
 * databaseOf('mongodb://localhost'); // => 'touchline'
 */
export function databaseOf(url: string): string {
  const path = /^[a-z+]+:\/\/[^/?]*\/([^?]*)/.exec(url)?.[1] ?? '';
  return decodeURIComponent(path) || 'touchline';
}

function optionsFor(url: string): MongoClientOptions {
  const named = new Set(
    [...new URLSearchParams(url.split('?')[1] ?? '').keys()].map((name) => name.toLowerCase()),
  );
  const timeouts = Object.entries(TIMEOUTS).filter(([name]) => !named.has(name.toLowerCase()));
  return { ...DURABLE, ...Object.fromEntries(timeouts) };
}

/**
 * A connection to one database.
 * @param setting named in every error.
 * @throws INVALID_CONFIG where the address is malformed
 */
export function openMongo(url: string, setting: MongoSetting): MongoConnection {
  checkAddress(url, setting);
  let client: Promise<MongoClient> | undefined;
  let closed = false;

  async function connect(): Promise<MongoClient> {
    // Imported here: an installation with embedded storage does not wait for the driver to load.
    const { MongoClient } = await import('mongodb');
    const fresh = new MongoClient(url, optionsFor(url));
    try {
      return await fresh.connect();
    } catch (error) {
      // A client that failed to connect cannot be used again.
      client = undefined;
      await fresh.close();
      throw error;
    }
  }

  async function run<R>(task: (database: Db) => Promise<R>): Promise<R> {
    if (closed) throw new TouchlineError('UNAVAILABLE', 'The store is closed.', { details: { setting } });
    try {
      client ??= connect();
      return await task((await client).db(databaseOf(url)));
    } catch (error) {
      throw fromMongo(error, setting);
    }
  }

  return {
    run,
    async ping() {
      // Deletes nothing, but unlike a read it needs a primary and a user with write permission.
      await run((database) =>
        database.collection<{ _id: string }>('ping').deleteOne({ _id: '' }, { timeoutMS: PING_MS }),
      );
    },
    async close() {
      closed = true;
      await (await client?.catch(() => undefined))?.close();
    },
  };
}
