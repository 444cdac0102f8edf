import type { StoreDriver } from '../driver.ts';
import { openStore } from '../open-store.ts';
import type { Store } from '../store.ts';
import { openSqliteCollection, TABLE_PREFIX, tableReader } from './collection.ts';
import { type Connection, openConnection } from './connection.ts';

const IN_MEMORY = ':memory:';

/**
 * Documents as JSON in one SQLite file, with a table for each collection. Several processes may share the file.
 * @param options.path the file, created with its folder on first use; `:memory:` for a store that ends with the process.
 */
export function openSqliteStore(options: { path: string }): Store {
  return openStore(sqliteDriver(options.path));
}

function sqliteDriver(path: string): StoreDriver {
  const connection = openConnection(path);
  return {
    name: 'sqlite',
    capabilities: { ttl: false },
    // About 10 ms in one transaction.
    batchSize: 500,
    collection: (name, options) => openSqliteCollection(name, options, connection),
    collections: () => namesOf(connection),
    async snapshot() {
      // No second connection can see a store in memory.
      if (path === IN_MEMORY) return { ...readerOf(connection), close: async () => {} };
      const reader = openConnection(path);
      try {
        // A read transaction sees the file as of its first statement, whatever others write.
        await reader.run((prepare) => prepare('begin').run());
      } catch (error) {
        reader.close();
        throw error;
      }
      return { ...readerOf(reader), close: async () => reader.close() };
    },
    async load(name, rows) {
      const collection = openSqliteCollection(name, {}, connection);
      await collection.prepare();
      await collection.insert(rows);
    },
    async ping() {
      await connection.run((prepare) => prepare('select 1').get());
    },
    close: async () => connection.close(),
  };
}

const readerOf = (connection: Connection) => ({
  collections: () => namesOf(connection),
  collection: (name: string) => tableReader(name, connection),
});

/** Names of the collections that hold documents, sorted. */
const namesOf = (connection: Connection): Promise<string[]> =>
  connection.run((prepare) => {
    const tables = prepare("select name from sqlite_master where type = 'table' order by name").all() as {
      name: string;
    }[];
    return tables
      .filter(({ name }) => name.startsWith(TABLE_PREFIX) && prepare(`select 1 from "${name}" limit 1`).get())
      .map(({ name }) => name.slice(TABLE_PREFIX.length));
  });
