import type { Db } from 'mongodb';
import { checkId, isName } from '../filter.ts';
import type { Document, Store, Stored } from '../store.ts';
import type { MongoConnection } from './connection.ts';
import { contentOf } from './content.ts';
import { isTaken } from './errors.ts';
import type { Kept } from './query.ts';

const PAGE = 500;

/** Names of the collections of ours that hold something, in order; what others keep in the database stays theirs. */
export async function filledCollections(database: Db): Promise<string[]> {
  const found = await database.listCollections({}, { nameOnly: true }).toArray();
  const filled: string[] = [];
  for (const name of found.map((one) => one.name).sort())
    if (isName(name) && !name.startsWith('system.'))
      if (await database.collection<Kept>(name).findOne({ version: { $exists: true } })) filled.push(name);
  return filled;
}

/** Every document, page by page: a document that is written meanwhile is given as it was before or after. */
export async function* dumpMongo({ run }: MongoConnection): ReturnType<Store['dump']> {
  for (const collection of await run(filledCollections)) {
    for (let after = ''; ; ) {
      const rows = await run((database) =>
        database
          .collection<Kept>(collection)
          .find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit: PAGE, batchSize: PAGE })
          .toArray(),
      );
      for (const { version, doc } of rows)
        yield { collection, document: { ...doc, _version: version } as unknown as Stored<Document> };
      if (rows.length < PAGE) break;
      after = rows[PAGE - 1]._id;
    }
  }
}

/** Adds documents with their versions; those that are there already are left alone. */
export async function loadMongo(
  { run }: MongoConnection,
  name: string,
  documents: readonly Stored<Document>[],
): Promise<void> {
  const rows: Kept[] = documents.map((document) => ({
    _id: checkId(document.id),
    version: document._version,
    doc: contentOf(document),
    restored: true,
  }));
  if (rows.length === 0) return;
  await run((database) =>
    database
      .collection<Kept>(name)
      .insertMany(rows, { ordered: false })
      .catch((error) => {
        const failed: unknown[] = error.writeErrors ?? [];
        if (failed.length === 0 || !failed.every(isTaken)) throw error;
      }),
  );
}
