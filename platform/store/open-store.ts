import { TouchlineError } from '../errors.ts';
import { openCollection, PAGE_SIZE } from './collection.ts';
import type { Position } from './cursor.ts';
import { fromRow, toRow } from './document.ts';
import type { StoreDriver, StoreReader } from './driver.ts';
import { checkCollectionName, checkPath } from './names.ts';
import type { CollectionOptions, Document, Store } from './store.ts';

/** A store over the operations of a driver. */
export function openStore(driver: StoreDriver): Store {
  const { name, capabilities, batchSize } = driver;
  return {
    name,
    capabilities,
    collection<T extends Document>(collection: string, options: CollectionOptions = {}) {
      checkCollectionName(collection);
      checkOptions(driver, options);
      return openCollection<T>(collection, driver.collection(collection, options), batchSize);
    },
    collections: () => driver.collections(),
    dump: () => dump(driver),
    async load(collection, documents) {
      checkCollectionName(collection);
      const rows = documents.map((document) => toRow(document, document._version));
      if (rows.length > 0) await driver.load(collection, rows);
    },
    ping: () => driver.ping(),
    close: () => driver.close(),
  };
}

/** @throws INVALID_INPUT */
function checkOptions(driver: StoreDriver, { unique = [], indexes = [], expiry }: CollectionOptions): void {
  for (const path of [...unique, ...indexes].flat()) checkPath(path);
  if (expiry === undefined) return;
  checkPath(expiry.path);
  if (!driver.capabilities.ttl)
    throw new TouchlineError(
      'INVALID_INPUT',
      `The store '${driver.name}' does not delete expired documents by itself: check capabilities.ttl first.`,
    );
}

async function* dump(driver: StoreDriver): ReturnType<Store['dump']> {
  const reader = (await driver.snapshot?.()) ?? whileOthersWrite(driver);
  try {
    for (const collection of await reader.collections()) {
      const source = reader.collection(collection);
      for (let after: Position | undefined; ; ) {
        const rows = await source.find({ tests: [], sort: 'id', descending: false, after, limit: PAGE_SIZE });
        for (const row of rows) yield { collection, document: fromRow(row) };
        const last = rows.at(-1);
        if (rows.length < PAGE_SIZE || last === undefined) break;
        after = { value: last.id, id: last.id };
      }
    }
  } finally {
    await reader.close();
  }
}

const whileOthersWrite = (driver: StoreDriver): StoreReader => ({
  collections: () => driver.collections(),
  collection: (name) => driver.collection(name, {}),
  close: async () => {},
});
