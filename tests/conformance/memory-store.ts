import { TouchlineError } from '../../platform/errors.ts';
import { type Row, toJson, valueAt } from '../../platform/store/document.ts';
import {
  type CollectionDriver,
  type NewRow,
  type PageQuery,
  type Query,
  type StoreDriver,
  UniqueKeyTaken,
} from '../../platform/store/driver.ts';
import type { Test } from '../../platform/store/filter.ts';
import { openStore } from '../../platform/store/open-store.ts';
import type { CollectionOptions, Store } from '../../platform/store/store.ts';

/**
 * Documents in the memory of the process. A complete store in one file, as a model for new ones: it implements
 * `StoreDriver` and passes the conformance suites.
 */
export function openMemoryStore(): Store {
  return openStore(memoryDriver());
}

function memoryDriver(): StoreDriver {
  const tables = new Map<string, Map<string, Row>>();
  let closed = false;

  /** The rows of a collection by id. */
  function tableOf(name: string): Map<string, Row> {
    if (closed) throw new TouchlineError('UNAVAILABLE', 'The store is closed.');
    const table = tables.get(name) ?? new Map<string, Row>();
    tables.set(name, table);
    return table;
  }

  return {
    name: 'memory',
    capabilities: { ttl: false },
    batchSize: 1_000,
    collection: (name, options) => memoryCollection(() => tableOf(name), options),
    async collections() {
      return [...tables.keys()].filter((name) => tableOf(name).size > 0).sort();
    },
    async load(name, rows) {
      await memoryCollection(() => tableOf(name), {}).insert(rows);
    },
    async ping() {
      if (closed) throw new TouchlineError('UNAVAILABLE', 'The store is closed.');
    },
    async close() {
      closed = true;
    },
  };
}

/** @param table the rows by id; throws once the store is closed. */
function memoryCollection(
  table: () => Map<string, Row>,
  { unique = [] }: CollectionOptions,
): CollectionDriver {
  /** Whether another document has the same values at one of the unique sets of paths. */
  const isKeyTaken = ({ id, content }: NewRow) =>
    unique.some((paths) => {
      const key = paths.map((path) => valueAt(content, path) ?? null);
      if (key.includes(null)) return false;
      const isSame = (row: Row) => paths.every((path, i) => valueAt(row.content, path) === key[i]);
      return [...table().values()].some((row) => row.id !== id && isSame(row));
    });

  function write({ id, content }: NewRow, version: number): number {
    if (isKeyTaken({ id, content })) throw new UniqueKeyTaken();
    // What is kept must not change with the caller's object.
    table().set(id, { id, version, content: structuredClone(toJson(content)) });
    return version;
  }

  const matches = (tests: readonly Test[]) =>
    [...table().values()].filter((row) => tests.every((test) => holds(fieldValue(row, test.path), test)));

  const put = (row: NewRow) => write(row, (table().get(row.id)?.version ?? 0) + 1);

  return {
    async prepare() {
      table();
    },
    async get(id) {
      return structuredClone(table().get(id));
    },
    async find(query) {
      return structuredClone(
        inOrder(matches(query.tests), query).filter(isAfter(query)).slice(0, query.limit),
      );
    },
    async findIds(query) {
      return inOrder(matches(query.tests), query).map(({ id }) => id);
    },
    async count(tests) {
      return matches(tests).length;
    },
    async insert(rows) {
      return rows.map((row) => {
        if (table().has(row.id)) return 'id taken';
        if (isKeyTaken(row)) return 'key taken';
        write(row, row.version);
        return 'inserted';
      });
    },
    async put(row) {
      return put(row);
    },
    async putMany(rows) {
      for (const row of rows) put(row);
    },
    async replace(row) {
      if (table().get(row.id)?.version !== row.version) return false;
      write(row, row.version + 1);
      return true;
    },
    async delete(id) {
      return table().delete(id);
    },
    async deleteMany(tests) {
      const rows = matches(tests);
      for (const { id } of rows) table().delete(id);
      return rows.length;
    },
  };
}

const fieldValue = (row: Row, path: string): unknown =>
  path === '_version' ? row.version : valueAt(row.content, path);

const equals = (actual: unknown, value: unknown) => (actual ?? null) === value;

function holds(actual: unknown, test: Test): boolean {
  switch (test.operator) {
    case 'eq':
      return equals(actual, test.value);
    case 'ne':
      return !equals(actual, test.value);
    case 'in':
      return test.value.some((value) => equals(actual, value));
    case 'exists':
      return (actual !== undefined) === test.value;
    default: {
      if (typeof actual !== typeof test.value) return false;
      const order = compare(actual, test.value);
      return { lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 }[test.operator];
    }
  }
}

/** Absent and null first, then numbers by value, then strings by their bytes in UTF-8. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return rankOf(a) - rankOf(b);
}

const rankOf = (value: unknown) => ['number', 'string'].indexOf(typeof value);

function comparePositions(
  { sort, descending }: Query,
  a: { value: unknown; id: string },
  b: { value: unknown; id: string },
): number {
  const order = (sort === 'id' ? 0 : compare(a.value, b.value)) || compare(a.id, b.id);
  return descending ? -order : order;
}

const positionOf = (row: Row, { sort }: Query) => ({ value: fieldValue(row, sort), id: row.id });

const inOrder = (rows: Row[], query: Query): Row[] =>
  rows.sort((a, b) => comparePositions(query, positionOf(a, query), positionOf(b, query)));

const isAfter = (query: PageQuery) => (row: Row) =>
  query.after === undefined || comparePositions(query, positionOf(row, query), query.after) > 0;
