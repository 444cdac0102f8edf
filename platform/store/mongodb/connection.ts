import type { Db, MongoClient, MongoClientOptions } from 'mongodb';
import { TouchlineError } from '../../errors.ts';
import { checkAddress, fromMongo, type MongoSetting } from './errors.ts';

/** What a URL may say otherwise: how soon a server that is away is noticed. */
const PATIENCE = { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 10_000, heartbeatFrequencyMS: 5_000 };

/**
 * What a URL may not say otherwise: a write that was answered is on the disks of most members, and what is read cannot
 * be taken back.
 */
const DURABLE: MongoClientOptions = {
  appName: 'touchline',
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
  readConcern: { level: 'majority' },
};

const PING_MS = 5_000;

export interface MongoConnection {
  /** Works with the database; connects first where nobody did, and throws our errors. */
  run<R>(task: (database: Db) => Promise<R>): Promise<R>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The database that a URL names by its path; `touchline` where it names none. */
export function databaseOf(url: string): string {
  const path = /^[a-z+]+:\/\/[^/?]*\/([^?]*)/.exec(url)?.[1] ?? '';
  return decodeURIComponent(path) || 'touchline';
}

function optionsFor(url: string): MongoClientOptions {
  const named = new Set(
    [...new URLSearchParams(url.split('?')[1] ?? '').keys()].map((name) => name.toLowerCase()),
  );
  const patience = Object.entries(PATIENCE).filter(([name]) => !named.has(name.toLowerCase()));
  return { ...DURABLE, ...Object.fromEntries(patience) };
}

/**
 * A connection to one database.
 * @param setting named in every error.
 * @throws INVALID_CONFIG where that is no address
 */
export function openMongo(url: string, setting: MongoSetting): MongoConnection {
  checkAddress(url, setting);
  let client: Promise<MongoClient> | undefined;
  let closed = false;

  async function connect(): Promise<MongoClient> {
    // Loaded here, so that nobody who keeps everything embedded waits for the driver.
    const { MongoClient } = await import('mongodb');
    const fresh = new MongoClient(url, optionsFor(url));
    try {
      return await fresh.connect();
    } catch (error) {
      // A client that never connected is of no use to the next one who asks.
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
      // Deletes nothing, and asks for what reading does not: a primary, and a user who may write.
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
