import type { Collection as Driver } from 'mongodb';
import { TouchlineError } from '../../errors.ts';
import { decodeCursor, encodeCursor, type Order, type Position } from '../cursor.ts';
import { checkFilter, checkId, checkLimit, checkPath } from '../filter.ts';
import type { Collection, Document, Filter, PageOptions, Stored } from '../store.ts';
import { contentOf } from './content.ts';
import { type Derived, derive } from './derived-fields.ts';
import { isIdTaken, isTaken } from './errors.ts';
import { compileAfter, compileFilter, type Kept, type KeptQuery, sortBy, valueAt } from './query.ts';

/** Documents of one command of a bulk write. */
const BATCH = 1_000;
const PAGE = 500;

/** What a bulk write says of the documents that it could not write. */
interface BulkError {
  writeErrors?: { code: number; index: number; errmsg?: string }[];
  result?: { getWriteConcernError?(): unknown };
}

const decode = <T extends Document>({ doc, version }: Kept): Stored<T> => ({
  ...(doc as unknown as T),
  _version: version,
});

/** One MongoDB collection as one of ours. `run` connects, makes the indexes, and throws our errors. */
export function openMongoCollection<T extends Document>(
  name: string,
  derived: Derived,
  run: <R>(task: (driver: Driver<Kept>) => Promise<R>) => Promise<R>,
): Collection<T> {
  const taken = (id: string, cause: unknown) =>
    new TouchlineError('ALREADY_EXISTS', `${id}, or one of its unique keys, is in '${name}' already.`, {
      cause,
    });

  function kept(document: T, version: number): Kept {
    const doc = contentOf(document);
    return { _id: checkId(document.id), version, doc, ...derive(doc, derived) };
  }

  /** A write over whatever is there. */
  function over(document: T) {
    const { _id, version: _, ...content } = kept(document, 0);
    return { filter: { _id }, update: { $set: content, $inc: { version: 1 } }, upsert: true } as const;
  }

  async function findPage(filter: Filter, options: PageOptions, size: number) {
    const tests = checkFilter(filter);
    const order: Order = { sort: checkPath(options.sort ?? 'id'), descending: options.descending ?? false };
    const pieces = [compileFilter(tests)];
    if (options.cursor !== undefined) pieces.push(compileAfter(order, decodeCursor(order, options.cursor)));
    const rows = await run((driver) =>
      driver
        .find(all(pieces), { sort: sortBy(order), limit: size + 1, batchSize: size + 1, allowDiskUse: true })
        .toArray(),
    );
    const items = rows.slice(0, size).map((row) => decode<T>(row));
    const last = items.at(-1);
    if (rows.length <= size || last === undefined) return { items };
    const value = (valueAt(last, order.sort) ?? null) as Position['value'];
    return { items, next: encodeCursor(order, { value, id: last.id }) };
  }

  /** Sorts once, by ids alone: sorting again for every page takes minutes where no index serves the order. */
  async function* allSorted(filter: Filter, order: Order): AsyncGenerator<Stored<T>> {
    const query = compileFilter(checkFilter(filter));
    const sort = sortBy({ ...order, sort: checkPath(order.sort) });
    const ids = await run((driver) =>
      driver.find(query, { sort, projection: { _id: 1 }, allowDiskUse: true, batchSize: 10_000 }).toArray(),
    );
    for (let start = 0; start < ids.length; start += PAGE) {
      const wanted = ids.slice(start, start + PAGE).map(({ _id }) => _id);
      const rows = await run((driver) =>
        driver.find(all([{ _id: { $in: wanted } }, query]), { batchSize: PAGE }).toArray(),
      );
      const byId = new Map(rows.map((row) => [row._id, row]));
      for (const id of wanted) {
        const row = byId.get(id);
        if (row) yield decode<T>(row);
      }
    }
  }

  return {
    async get(id) {
      const row = await run((driver) => driver.findOne({ _id: String(id) }));
      return row ? decode<T>(row) : undefined;
    },
    async insert(document) {
      const row = kept(document, 1);
      await run((driver) => driver.insertOne(row)).catch((error) => {
        throw isTaken(error.cause) ? taken(`'${row._id}'`, error.cause) : error;
      });
      return { ...document, _version: 1 };
    },
    async insertMany(documents) {
      // All keys are looked at first, so that a bad one stores nothing by half.
      for (const document of documents) checkId(document.id);
      let duplicates = 0;
      for (let start = 0; start < documents.length; start += BATCH) {
        const batch = documents.slice(start, start + BATCH).map((document) => kept(document, 1));
        await run((driver) => driver.insertMany(batch, { ordered: false })).catch((error) => {
          duplicates += onlyTaken(error);
        });
      }
      return { inserted: documents.length - duplicates, duplicates };
    },
    async put(document) {
      const { filter, update } = over(document);
      const write = () =>
        run((driver) =>
          driver.findOneAndUpdate(filter, update, {
            upsert: true,
            returnDocument: 'after',
            projection: { version: 1 },
          }),
        );
      const row = await write()
        // Somebody added it between the look and the write: then it is there to be written over.
        .catch((error) => (isIdTaken(error.cause) ? write() : Promise.reject(error)))
        .catch((error) => {
          throw isTaken(error.cause) ? taken(`'${filter._id}'`, error.cause) : error;
        });
      return { ...document, _version: row!.version };
    },
    async putMany(documents) {
      for (const document of documents) checkId(document.id);
      for (let start = 0; start < documents.length; start += BATCH) {
        const batch = documents
          .slice(start, start + BATCH)
          .map((document) => ({ updateOne: over(document) }));
        const write = (from: number): Promise<unknown> =>
          run((driver) => driver.bulkWrite(batch.slice(from), { ordered: true })).catch((error) => {
            const [failed] = (error.cause as BulkError).writeErrors ?? [];
            if (failed && isIdTaken({ ...failed, message: failed.errmsg })) return write(from + failed.index);
            throw isTaken(error.cause) ? taken('One of the documents', error.cause) : error;
          });
        await write(0);
      }
    },
    async compareAndSwap(document, version) {
      const row = kept(document, version + 1);
      const { _id, ...content } = row;
      try {
        if (version === 0) await run((driver) => driver.insertOne(row));
        else {
          const done = await run((driver) => driver.replaceOne({ _id, version: Number(version) }, content));
          if (done.matchedCount === 0) return undefined;
        }
      } catch (error) {
        const { cause } = error as TouchlineError;
        if (version === 0 && isIdTaken(cause)) return undefined;
        throw isTaken(cause) ? taken(`'${_id}'`, cause) : error;
      }
      return { ...document, _version: version + 1 };
    },
    async find(filter = {}, options = {}) {
      return findPage(filter, options, checkLimit(options.limit));
    },
    async *all(filter = {}, options = {}) {
      const { sort = 'id', descending = false } = options;
      if (sort !== 'id') {
        yield* allSorted(filter, { sort, descending });
        return;
      }
      let cursor: string | undefined;
      do {
        const page: { items: Stored<T>[]; next?: string } = await findPage(
          filter,
          { descending, cursor },
          PAGE,
        );
        yield* page.items;
        cursor = page.next;
      } while (cursor);
    },
    async count(filter = {}) {
      const query = compileFilter(checkFilter(filter));
      return run((driver) => driver.countDocuments(query));
    },
    async delete(id) {
      const { deletedCount } = await run((driver) => driver.deleteOne({ _id: String(id) }));
      return deletedCount === 1;
    },
    async deleteMany(filter) {
      const query = compileFilter(checkFilter(filter));
      const { deletedCount } = await run((driver) => driver.deleteMany(query));
      return deletedCount;
    },
  };
}

const all = (queries: readonly KeptQuery[]): KeptQuery => {
  const asked = queries.filter((query) => Object.keys(query).length > 0);
  return asked.length > 1 ? { $and: asked } : (asked[0] ?? {});
};

/** How many were left alone because something of theirs was taken. @throws what else went wrong */
function onlyTaken(error: TouchlineError): number {
  const { writeErrors = [], result } = (error.cause ?? {}) as BulkError;
  if (writeErrors.length === 0 || writeErrors.some((one) => !isTaken(one))) throw error;
  if (result?.getWriteConcernError?.()) throw error;
  return writeErrors.length;
}
