import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { TouchlineError } from '../errors.ts';
import { decodeCursor, encodeCursor, type Position } from './cursor.ts';
import { checkId, fromRow, type Row, toRow, valueAt } from './document.ts';
import { type CollectionDriver, type Query, UniqueKeyTaken } from './driver.ts';
import { checkFilter, checkLimit } from './filter.ts';
import { checkPath } from './names.ts';
import type { Collection, Document, Filter, PageOptions, Stored } from './store.ts';

/** Rows that a walk through a collection reads at a time. */
export const PAGE_SIZE = 500;

/**
 * A collection over the operations of a driver: validates arguments, turns cursors into positions, writes in batches,
 * and walks in pages. Between batches and pages it yields, because drivers may be synchronous.
 * @param batchSize most documents of one write.
 */
export function openCollection<T extends Document>(
  name: string,
  driver: CollectionDriver,
  batchSize: number,
): Collection<T> {
  let prepared: Promise<void> | undefined;

  /** The driver, once it has created the collection. */
  async function ready(): Promise<CollectionDriver> {
    prepared ??= driver.prepare().catch((error) => {
      prepared = undefined;
      throw error;
    });
    await prepared;
    return driver;
  }

  const idTaken = (id: string) =>
    new TouchlineError('ALREADY_EXISTS', `'${id}' already exists in the collection '${name}'.`);
  const keyTaken = (whose: string, cause?: unknown) =>
    new TouchlineError('ALREADY_EXISTS', `A unique key of ${whose} is already taken in '${name}'.`, {
      cause,
    });

  async function reportTaken<R>(whose: string, write: Promise<R>): Promise<R> {
    try {
      return await write;
    } catch (error) {
      throw error instanceof UniqueKeyTaken ? keyTaken(whose, error.cause) : error;
    }
  }

  async function inBatches(documents: readonly T[], write: (rows: Row[]) => Promise<void>): Promise<void> {
    // Every id is checked first, so that an invalid one does not leave some of the documents stored.
    for (const document of documents) checkId(document.id);
    for (let start = 0; start < documents.length; start += batchSize) {
      await write(documents.slice(start, start + batchSize).map((document) => toRow(document, 1)));
      await yieldToEventLoop();
    }
  }

  const toQuery = (filter: Filter, { sort = 'id', descending = false }: PageOptions): Query => ({
    tests: checkFilter(filter),
    sort: checkPath(sort),
    descending,
  });

  async function* inIdOrder(query: Query): AsyncGenerator<Stored<T>> {
    const source = await ready();
    for (let after: Position | undefined; ; ) {
      const rows = await source.find({ ...query, after, limit: PAGE_SIZE });
      for (const row of rows) yield fromRow<T>(row);
      const last = rows.at(-1);
      if (rows.length < PAGE_SIZE || last === undefined) return;
      after = { value: last.id, id: last.id };
      await yieldToEventLoop();
    }
  }

  /** Sorts once, by ids alone: sorting again for every page takes minutes where no index serves the order. */
  async function* inSortedOrder(query: Query): AsyncGenerator<Stored<T>> {
    const source = await ready();
    const ids = await source.findIds(query);
    for (let start = 0; start < ids.length; start += PAGE_SIZE) {
      const page = ids.slice(start, start + PAGE_SIZE);
      // Filtered again: some may have changed since.
      const tests = [{ path: 'id', operator: 'in', value: page } as const, ...query.tests];
      const rows = await source.find({ tests, sort: 'id', descending: false, limit: page.length });
      const byId = new Map(rows.map((row) => [row.id, row]));
      for (const id of page) {
        const row = byId.get(id);
        if (row) yield fromRow<T>(row);
      }
      await yieldToEventLoop();
    }
  }

  return {
    async get(id) {
      const row = await (await ready()).get(String(id));
      return row && fromRow<T>(row);
    },
    async insert(document) {
      const row = toRow(document, 1);
      const [outcome] = await (await ready()).insert([row]);
      if (outcome === 'id taken') throw idTaken(row.id);
      if (outcome === 'key taken') throw keyTaken(`'${row.id}'`);
      return { ...document, _version: 1 };
    },
    async insertMany(documents) {
      let inserted = 0;
      await inBatches(documents, async (rows) => {
        const outcomes = await (await ready()).insert(rows);
        inserted += outcomes.filter((outcome) => outcome === 'inserted').length;
      });
      return { inserted, duplicates: documents.length - inserted };
    },
    async put(document) {
      const row = toRow(document, 1);
      const version = await reportTaken(`'${row.id}'`, (await ready()).put(row));
      return { ...document, _version: version };
    },
    async putMany(documents) {
      await inBatches(documents, async (rows) =>
        reportTaken('one of the documents', (await ready()).putMany(rows)),
      );
    },
    async compareAndSwap(document, version) {
      const row = toRow(document, Number(version) || 1);
      const source = await ready();
      if (version === 0) {
        const [outcome] = await source.insert([row]);
        if (outcome === 'key taken') throw keyTaken(`'${row.id}'`);
        if (outcome === 'id taken') return undefined;
      } else if (!(await reportTaken(`'${row.id}'`, source.replace(row)))) return undefined;
      return { ...document, _version: version + 1 };
    },
    async find(filter = {}, options = {}) {
      const limit = checkLimit(options.limit);
      const query = toQuery(filter, options);
      const after = options.cursor === undefined ? undefined : decodeCursor(query, options.cursor);
      // One more than the page tells whether there is another.
      const rows = await (await ready()).find({ ...query, after, limit: limit + 1 });
      const items = rows.slice(0, limit).map((row) => fromRow<T>(row));
      const last = items.at(-1);
      if (rows.length <= limit || last === undefined) return { items };
      const value = (valueAt(last, query.sort) ?? null) as Position['value'];
      return { items, next: encodeCursor(query, { value, id: last.id }) };
    },
    async *all(filter = {}, options = {}) {
      const query = toQuery(filter, options);
      yield* query.sort === 'id' ? inIdOrder(query) : inSortedOrder(query);
    },
    async count(filter = {}) {
      const tests = checkFilter(filter);
      return (await ready()).count(tests);
    },
    async delete(id) {
      return (await ready()).delete(String(id));
    },
    async deleteMany(filter) {
      const tests = checkFilter(filter);
      return (await ready()).deleteMany(tests);
    },
  };
}
