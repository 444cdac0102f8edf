import type { Collection } from 'mongodb';
import type { Row } from '../document.ts';
import { type CollectionDriver, type InsertOutcome, type NewRow, UniqueKeyTaken } from '../driver.ts';
import type { CollectionOptions } from '../store.ts';
import { derivedBy, deriveRestored, encode, indexesOf } from './derived-fields.ts';
import { isDuplicateId, isDuplicateKey } from './errors.ts';
import { allOf, compileAfter, compileOrder, compileTests, type MongoDocument } from './query.ts';

/** What a bulk write reports about documents that it could not write. */
interface BulkError {
  writeErrors?: { code: number; index: number; errmsg?: string }[];
  result?: { getWriteConcernError?(): unknown };
}

const toRow = ({ _id, version, doc }: MongoDocument): Row => ({ id: _id, version, content: doc });

const asUniqueKeyTaken = (error: { cause?: unknown }): unknown =>
  isDuplicateKey(error.cause) ? new UniqueKeyTaken(error.cause) : error;

/**
 * One MongoDB collection.
 * @param run connects, and throws TouchlineErrors with the driver's error as their cause.
 */
export function openMongoCollection(
  options: CollectionOptions,
  run: <R>(task: (collection: Collection<MongoDocument>) => Promise<R>) => Promise<R>,
): CollectionDriver {
  const derived = derivedBy(options);
  const indexes = indexesOf(options);

  /** A write over whatever is stored. */
  function upsertOf(row: NewRow) {
    const { _id, version: _, ...content } = encode({ ...row, version: 0 }, derived);
    return { filter: { _id }, update: { $set: content, $inc: { version: 1 } }, upsert: true } as const;
  }

  return {
    async prepare() {
      if (indexes.length === 0) return;
      await run(async (collection) => {
        await collection.createIndexes(indexes);
        await deriveRestored(collection, derived);
      });
    },
    async get(id) {
      const stored = await run((collection) => collection.findOne({ _id: id }));
      return stored ? toRow(stored) : undefined;
    },
    async find(query) {
      const { tests, after, limit } = query;
      const filter = allOf([compileTests(tests), ...(after ? [compileAfter(query, after)] : [])]);
      const found = await run((collection) =>
        collection
          .find(filter, { sort: compileOrder(query), limit, batchSize: limit, allowDiskUse: true })
          .toArray(),
      );
      return found.map(toRow);
    },
    async findIds(query) {
      const found = await run((collection) =>
        collection
          .find(compileTests(query.tests), {
            sort: compileOrder(query),
            projection: { _id: 1 },
            allowDiskUse: true,
            batchSize: 10_000,
          })
          .toArray(),
      );
      return found.map(({ _id }) => _id);
    },
    count: (tests) => run((collection) => collection.countDocuments(compileTests(tests))),
    insert: (rows) =>
      run((collection) =>
        insertedOutcomes(
          collection,
          rows.map((row) => encode(row, derived)),
        ),
      ),
    async put(row) {
      const { filter, update } = upsertOf(row);
      const write = () =>
        run((collection) =>
          collection.findOneAndUpdate(filter, update, {
            upsert: true,
            returnDocument: 'after',
            projection: { version: 1 },
          }),
        );
      const written = await write()
        // Another writer inserted the id between the search and the insert of this upsert: now it updates.
        .catch((error) => (isDuplicateId(error.cause) ? write() : Promise.reject(error)))
        .catch((error) => Promise.reject(asUniqueKeyTaken(error)));
      return written!.version;
    },
    async putMany(rows) {
      const operations = rows.map((row) => ({ updateOne: upsertOf(row) }));
      const write = (from: number): Promise<unknown> =>
        run((collection) => collection.bulkWrite(operations.slice(from), { ordered: true })).catch(
          (error) => {
            const [failed] = (error.cause as BulkError).writeErrors ?? [];
            if (failed && isDuplicateId(failed)) return write(from + failed.index);
            throw asUniqueKeyTaken(error);
          },
        );
      await write(0);
    },
    async replace(row) {
      const { _id, ...content } = encode({ ...row, version: row.version + 1 }, derived);
      try {
        const { matchedCount } = await run((collection) =>
          collection.replaceOne({ _id, version: row.version }, content),
        );
        return matchedCount === 1;
      } catch (error) {
        throw asUniqueKeyTaken(error as Error);
      }
    },
    async delete(id) {
      const { deletedCount } = await run((collection) => collection.deleteOne({ _id: id }));
      return deletedCount === 1;
    },
    async deleteMany(tests) {
      const { deletedCount } = await run((collection) => collection.deleteMany(compileTests(tests)));
      return deletedCount;
    },
  };
}

/** Inserts documents whose keys are free. @throws what failed for any other reason */
export async function insertedOutcomes(
  collection: Collection<MongoDocument>,
  documents: readonly MongoDocument[],
): Promise<InsertOutcome[]> {
  const outcomes = documents.map((): InsertOutcome => 'inserted');
  try {
    await collection.insertMany(documents, { ordered: false });
  } catch (error) {
    const { writeErrors = [], result } = error as BulkError;
    if (writeErrors.length === 0 || !writeErrors.every(isDuplicateKey)) throw error;
    if (result?.getWriteConcernError?.()) throw error;
    for (const failed of writeErrors)
      outcomes[failed.index] = isDuplicateId(failed) ? 'id taken' : 'key taken';
  }
  return outcomes;
}
