import type { Db } from 'mongodb';
import type { StoreDriver } from '../driver.ts';
import { isCollectionName } from '../names.ts';
import { openStore } from '../open-store.ts';
import type { Store } from '../store.ts';
import { insertedOutcomes, openMongoCollection } from './collection.ts';
import { openMongo } from './connection.ts';
import { encode } from './derived-fields.ts';
import type { MongoDocument } from './query.ts';

/**
 * Documents in a MongoDB database, each collection as one of its own, as `{ _id, version, doc }`. Documents are swapped
 * by version one at a time, so neither transactions nor synchronised clocks are needed.
 * @param options.url its path names the database; default `touchline`.
 */
export function openMongoStore(options: { url: string }): Store {
  return openStore(mongoDriver(options.url));
}

function mongoDriver(url: string): StoreDriver {
  const connection = openMongo(url, 'TOUCHLINE_STORE');
  return {
    name: 'mongodb',
    capabilities: { ttl: true },
    batchSize: 1_000,
    collection: (name, options) =>
      openMongoCollection(options, (task) =>
        connection.run((database) => task(database.collection<MongoDocument>(name))),
      ),
    collections: () => connection.run(filledCollections),
    async load(name, rows) {
      const documents = rows.map((row) => ({ ...encode(row), restored: true as const }));
      await connection.run((database) =>
        insertedOutcomes(database.collection<MongoDocument>(name), documents),
      );
    },
    ping: connection.ping,
    close: connection.close,
  };
}

/** Names of the collections that hold our documents, sorted; the database may hold other people's collections too. */
async function filledCollections(database: Db): Promise<string[]> {
  const found = await database.listCollections({}, { nameOnly: true }).toArray();
  const filled: string[] = [];
  for (const name of found.map((one) => one.name).sort())
    if (isCollectionName(name) && !name.startsWith('system.'))
      if (await database.collection<MongoDocument>(name).findOne({ version: { $exists: true } }))
        filled.push(name);
  return filled;
}
