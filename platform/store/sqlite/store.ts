import { TouchlineError } from '../../errors.ts';
import { hashJson } from '../../hash.ts';
import { checkName, checkPath, encodeDocument } from '../filter.ts';
import type { CollectionOptions, Document, Store } from '../store.ts';
import { openSqliteCollection } from './collection.ts';
import { openConnection } from './connection.ts';
import { dumpSqlite, filledCollections } from './dump.ts';
import { isTaken } from './errors.ts';
import { fieldOf } from './query.ts';

/**
 * Documents as JSON in one SQLite file, one table a collection. Several processes may share the file.
 * @param options.path the file, created with its folder at first use; `:memory:` for one that ends with the process.
 */
export function openSqliteStore(options: { path: string }): Store {
  const connection = openConnection(options.path, isTaken);
  return {
    name: 'sqlite',
    capabilities: { ttl: false, timeSeries: false },
    collection<T extends Document>(name: string, indexes: CollectionOptions = {}) {
      const statements = createStatements(name, indexes);
      let ready = false;
      const ensure = async () => {
        if (ready) return;
        await connection.transaction((prepare) => {
          for (const sql of statements) prepare(sql).run();
        });
        ready = true;
      };
      return openSqliteCollection<T>(name, {
        run: async (task) => {
          await ensure();
          return connection.run(task);
        },
        transaction: async (task) => {
          await ensure();
          return connection.transaction(task);
        },
      });
    },
    collections: () => connection.run(filledCollections),
    dump: () => dumpSqlite(options.path, connection),
    async load(name, documents) {
      const rows = documents.map((document) => ({ ...encodeDocument(document), version: document._version }));
      const [create] = createStatements(name, {});
      await connection.transaction((prepare) => {
        prepare(create).run();
        const insert = prepare(
          `insert into "c_${name}" (id, version, doc) values (?, ?, ?) on conflict do nothing`,
        );
        for (const { id, version, text } of rows) insert.run(id, version, text);
      });
    },
    async ping() {
      await connection.run((prepare) => prepare('select 1').get());
    },
    async close() {
      connection.close();
    },
  };
}

function createStatements(name: string, options: CollectionOptions): string[] {
  checkName(name);
  if (options.expiry)
    throw new TouchlineError(
      'INVALID_INPUT',
      'SQLite deletes nothing by itself: ask `capabilities.ttl` first.',
    );
  const index = (paths: readonly string[], unique: boolean) => {
    const fields = paths.map((path) => fieldOf(checkPath(path)).value);
    const columns = unique ? fields : [...fields, 'id'];
    const label = `${unique ? 'u' : 'i'}_${name}_${hashJson(paths).slice(0, 12)}`;
    return `create ${unique ? 'unique ' : ''}index if not exists "${label}" on "c_${name}" (${columns.join(', ')})`;
  };
  return [
    `create table if not exists "c_${name}" (id text primary key not null, version integer not null, doc text not null)`,
    ...(options.unique ?? []).map((paths) => index(paths, true)),
    ...(options.indexes ?? []).map((paths) => index(paths, false)),
  ];
}
