import type { Db } from 'mongodb';
import { checkName } from '../filter.ts';
import type { CollectionOptions, Document, Store } from '../store.ts';
import { openMongoCollection } from './collection.ts';
import { openMongo } from './connection.ts';
import { derivedBy, deriveRestored, indexesOf } from './derived-fields.ts';
import { dumpMongo, filledCollections, loadMongo } from './dump.ts';
import type { Kept } from './query.ts';

/**
 * Documents in a MongoDB database, one collection each, as `{ _id, version, doc }`. Single documents are swapped by
 * version, so neither transactions nor clocks that agree are needed.
 * @param options.url the path names the database, by default `touchline`.
 */
export function openMongoStore(options: { url: string }): Store {
  const connection = openMongo(options.url, 'TOUCHLINE_STORE');
  return {
    name: 'mongodb',
    capabilities: { ttl: true, timeSeries: false },
    collection<T extends Document>(name: string, wanted: CollectionOptions = {}) {
      checkName(name);
      const derived = derivedBy(wanted);
      const indexes = indexesOf(wanted);
      let ready: Promise<void> | undefined;

      async function prepare(database: Db): Promise<void> {
        if (indexes.length === 0) return;
        const driver = database.collection<Kept>(name);
        await driver.createIndexes(indexes);
        await deriveRestored(driver, derived);
      }

      return openMongoCollection<T>(name, derived, (task) =>
        connection.run(async (database) => {
          ready ??= prepare(database).catch((error) => {
            ready = undefined;
            throw error;
          });
          await ready;
          return task(database.collection<Kept>(name));
        }),
      );
    },
    collections: () => connection.run(filledCollections),
    dump: () => dumpMongo(connection),
    load: (name, documents) => loadMongo(connection, checkName(name), documents),
    ping: connection.ping,
    close: connection.close,
  };
}
