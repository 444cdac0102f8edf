import { TouchlineError } from '../../errors.ts';
import { decodeCursor, encodeCursor, type Order } from '../cursor.ts';
import { checkFilter, checkId, checkLimit, checkPath, encodeDocument } from '../filter.ts';
import type { Collection, Document, Filter, PageOptions, Stored } from '../store.ts';
import type { Connection, Prepare, Statement } from './connection.ts';
import { isTaken } from './errors.ts';
import { compileAfter, compileFilter, fieldOf, type Sql } from './query.ts';

interface Row {
  id: string;
  version: number;
  doc: string;
  place: string | number | null;
}

/** Documents of one transaction of a bulk write: about 10 ms, then others get their turn. */
const BATCH = 500;
const PAGE = 500;

const decode = <T extends Document>(row: Row): Stored<T> => ({
  ...(JSON.parse(row.doc) as T),
  _version: row.version,
});

const where = (filter: Sql) => (filter.text ? ` where ${filter.text}` : '');

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One table as a collection. The connection it is given creates the table first. */
export function openSqliteCollection<T extends Document>(
  name: string,
  connection: Pick<Connection, 'run' | 'transaction'>,
): Collection<T> {
  const table = `"c_${name}"`;
  const insertSql = `insert into ${table} (id, version, doc) values (?, 1, ?)`;
  const putSql = `${insertSql} on conflict (id) do update set doc = excluded.doc, version = version + 1 returning version`;

  const taken = (id: string, cause: unknown) =>
    new TouchlineError('ALREADY_EXISTS', `${id}, or one of its unique keys, is in '${name}' already.`, {
      cause,
    });

  /** Runs a write of one document; a violated key becomes ALREADY_EXISTS. */
  async function writeOne<R>(id: string, task: (prepare: Prepare) => R): Promise<R> {
    try {
      return await connection.transaction(task);
    } catch (error) {
      throw isTaken(error) ? taken(`'${id}'`, error) : error;
    }
  }

  /** Writes batch by batch, each all or nothing; gives the sum of what `write` returns. */
  async function writeMany(
    documents: readonly T[],
    write: (statement: Statement, id: string, text: string) => number,
    sql: string,
  ) {
    // All keys are looked at first, so that a bad one stores nothing by half.
    for (const document of documents) checkId(document.id);
    let sum = 0;
    for (let start = 0; start < documents.length; start += BATCH) {
      const batch = documents.slice(start, start + BATCH).map(encodeDocument);
      sum += await connection.transaction((prepare) => {
        const statement = prepare(sql);
        return batch.reduce((total, { id, text }) => total + write(statement, id, text), 0);
      });
      await turn();
    }
    return sum;
  }

  async function findPage(filter: Filter, options: PageOptions, size: number) {
    const tests = checkFilter(filter);
    const order: Order = { sort: checkPath(options.sort ?? 'id'), descending: options.descending ?? false };
    const query = compileFilter(tests);
    const place = fieldOf(order.sort).value;
    const direction = order.descending ? ' desc' : '';
    const pieces = [query];
    if (options.cursor !== undefined) pieces.push(compileAfter(order, decodeCursor(order, options.cursor)));
    const condition: Sql = {
      text: pieces
        .map((piece) => piece.text)
        .filter(Boolean)
        .join(' and '),
      values: pieces.flatMap((piece) => piece.values),
    };
    const sql =
      `select id, version, doc, ${place} as place from ${table}${where(condition)} ` +
      `order by ${order.sort === 'id' ? '' : `${place}${direction}, `}id${direction} limit ?`;
    const rows = await connection.run(
      (prepare) => prepare(sql).all([...condition.values, size + 1]) as Row[],
    );
    const items = rows.slice(0, size);
    const last = items.at(-1);
    const next =
      rows.length > size && last ? encodeCursor(order, { value: last.place, id: last.id }) : undefined;
    return { items: items.map((row) => decode<T>(row)), ...(next ? { next } : {}) };
  }

  /** Sorts once, by keys alone: sorting again for every page takes minutes where no index serves the order. */
  async function* allSorted(filter: Filter, sort: string, descending: boolean): AsyncGenerator<Stored<T>> {
    const query = compileFilter(checkFilter(filter));
    const direction = descending ? ' desc' : '';
    const order = `${fieldOf(checkPath(sort)).value}${direction}, id${direction}`;
    const keys = await connection.run(
      (prepare) =>
        prepare(`select id from ${table}${where(query)} order by ${order}`).all(query.values) as {
          id: string;
        }[],
    );
    const still = query.text ? ` and ${query.text}` : '';
    const sql = `select id, version, doc from ${table} where id in (select value from json_each(?))${still}`;
    for (let start = 0; start < keys.length; start += PAGE) {
      const ids = keys.slice(start, start + PAGE).map(({ id }) => id);
      const rows = await connection.run(
        (prepare) => prepare(sql).all([JSON.stringify(ids), ...query.values]) as Row[],
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      for (const id of ids) {
        const row = byId.get(id);
        if (row) yield decode<T>(row);
      }
      await turn();
    }
  }

  return {
    async get(id) {
      const row = await connection.run(
        (prepare) => prepare(`select id, version, doc from ${table} where id = ?`).get(id) as Row | undefined,
      );
      return row && decode<T>(row);
    },
    async insert(document) {
      const { id, text } = encodeDocument(document);
      await writeOne(id, (prepare) => prepare(insertSql).run(id, text));
      return { ...document, _version: 1 };
    },
    async insertMany(documents) {
      const sql = `${insertSql} on conflict do nothing`;
      const inserted = await writeMany(documents, (insert, id, text) => insert.run(id, text).changes, sql);
      return { inserted, duplicates: documents.length - inserted };
    },
    async put(document) {
      const { id, text } = encodeDocument(document);
      const row = await writeOne(id, (prepare) => prepare(putSql).get(id, text) as Pick<Row, 'version'>);
      return { ...document, _version: row.version };
    },
    async putMany(documents) {
      try {
        await writeMany(documents, (put, id, text) => (put.get(id, text) ? 1 : 0), putSql);
      } catch (error) {
        throw isTaken(error) ? taken('One of the documents', error) : error;
      }
    },
    async compareAndSwap(document, version) {
      const { id, text } = encodeDocument(document);
      const changes = await writeOne(id, (prepare) =>
        version === 0
          ? prepare(`${insertSql} on conflict (id) do nothing`).run(id, text).changes
          : prepare(`update ${table} set doc = ?, version = version + 1 where id = ? and version = ?`).run(
              text,
              id,
              version,
            ).changes,
      );
      return changes === 1 ? { ...document, _version: version + 1 } : undefined;
    },
    async find(filter = {}, options = {}) {
      return findPage(filter, options, checkLimit(options.limit));
    },
    async *all(filter = {}, options = {}) {
      if (options.sort !== undefined && options.sort !== 'id') {
        yield* allSorted(filter, options.sort, options.descending ?? false);
        return;
      }
      let cursor: string | undefined;
      do {
        const page = await findPage(filter, { ...options, cursor }, PAGE);
        yield* page.items;
        cursor = page.next;
        await turn();
      } while (cursor);
    },
    async count(filter = {}) {
      const query = compileFilter(checkFilter(filter));
      const row = await connection.run(
        (prepare) =>
          prepare(`select count(*) as n from ${table}${where(query)}`).get(query.values) as { n: number },
      );
      return row.n;
    },
    async delete(id) {
      return (
        (await connection.transaction(
          (prepare) => prepare(`delete from ${table} where id = ?`).run(id).changes,
        )) === 1
      );
    },
    async deleteMany(filter) {
      const query = compileFilter(checkFilter(filter));
      const sql = `delete from ${table} where rowid in (select rowid from ${table}${where(query)} limit ${BATCH})`;
      for (let total = 0; ; ) {
        const changes = await connection.transaction((prepare) => prepare(sql).run(query.values).changes);
        total += changes;
        if (changes < BATCH) return total;
        await turn();
      }
    },
  };
}
