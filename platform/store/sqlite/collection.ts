import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { hashJson } from '../../hash.ts';
import type { Row } from '../document.ts';
import type { CollectionDriver, NewRow } from '../driver.ts';
import type { CollectionOptions } from '../store.ts';
import type { Connection, Prepare } from './connection.ts';
import { allOf, compileAfter, compileOrder, compileTests, fieldOf, where } from './query.ts';

export const TABLE_PREFIX = 'c_';
/** Rows that one transaction deletes: about 10 ms, then other writers may continue. */
const DELETED_TOGETHER = 500;

interface TableRow {
  id: string;
  version: number;
  doc: string;
}

const tableOf = (name: string) => `"${TABLE_PREFIX}${name}"`;
const toRow = ({ id, version, doc }: TableRow): Row => ({ id, version, content: JSON.parse(doc) });
const toText = ({ id, content }: NewRow) => ({ id, text: JSON.stringify(content) });

/** Reads from a table that exists. */
export function tableReader(name: string, connection: Connection): Pick<CollectionDriver, 'find'> {
  return {
    async find(query) {
      const condition = allOf([
        compileTests(query.tests),
        ...(query.after ? [compileAfter(query, query.after)] : []),
      ]);
      const sql = `select id, version, doc from ${tableOf(name)}${where(condition)} order by ${compileOrder(query)} limit ?`;
      const rows = await connection.run(
        (prepare) => prepare(sql).all([...condition.values, query.limit]) as TableRow[],
      );
      return rows.map(toRow);
    },
  };
}

/** One table as a collection. */
export function openSqliteCollection(
  name: string,
  options: CollectionOptions,
  connection: Connection,
): CollectionDriver {
  const table = tableOf(name);
  const statements = createStatements(name, options);
  const hasUniqueKeys = (options.unique ?? []).length > 0;
  const insertSql = `insert into ${table} (id, version, doc) values (?, ?, ?)`;
  const insertNewSql = `${insertSql} on conflict do nothing`;
  const findIdSql = `select 1 from ${table} where id = ?`;
  const putSql = `${insertSql} on conflict (id) do update set doc = excluded.doc, version = version + 1 returning version`;
  const replaceSql = `update ${table} set doc = ?, version = version + 1 where id = ? and version = ?`;

  function putRow(prepare: Prepare, { id, text }: { id: string; text: string }): number {
    const { version } = prepare(putSql).get(id, 1, text) as { version: number };
    return version;
  }

  return {
    ...tableReader(name, connection),
    async prepare() {
      await connection.transaction((prepare) => {
        for (const sql of statements) prepare(sql).run();
      });
    },
    async get(id) {
      const sql = `select id, version, doc from ${table} where id = ?`;
      const row = await connection.run((prepare) => prepare(sql).get(id) as TableRow | undefined);
      return row && toRow(row);
    },
    async findIds(query) {
      const condition = compileTests(query.tests);
      const sql = `select id from ${table}${where(condition)} order by ${compileOrder(query)}`;
      const rows = await connection.run((prepare) => prepare(sql).all(condition.values) as { id: string }[]);
      return rows.map(({ id }) => id);
    },
    async count(tests) {
      const condition = compileTests(tests);
      const sql = `select count(*) as n from ${table}${where(condition)}`;
      const row = await connection.run((prepare) => prepare(sql).get(condition.values) as { n: number });
      return row.n;
    },
    async insert(rows) {
      const encoded = rows.map(({ id, version, content }) => ({
        id,
        version,
        text: JSON.stringify(content),
      }));
      return connection.transaction((prepare) => {
        const insert = prepare(insertNewSql);
        return encoded.map(({ id, version, text }) => {
          if (insert.run(id, version, text).changes === 1) return 'inserted';
          return !hasUniqueKeys || prepare(findIdSql).get(id) ? 'id taken' : 'key taken';
        });
      });
    },
    async put(row) {
      const encoded = toText(row);
      return connection.transaction((prepare) => putRow(prepare, encoded));
    },
    async putMany(rows) {
      const encoded = rows.map(toText);
      await connection.transaction((prepare) => {
        for (const row of encoded) putRow(prepare, row);
      });
    },
    async replace(row) {
      const { id, text } = toText(row);
      const changes = await connection.transaction(
        (prepare) => prepare(replaceSql).run(text, id, row.version).changes,
      );
      return changes === 1;
    },
    async delete(id) {
      const sql = `delete from ${table} where id = ?`;
      return (await connection.transaction((prepare) => prepare(sql).run(id).changes)) === 1;
    },
    async deleteMany(tests) {
      const condition = compileTests(tests);
      const matches = `select rowid from ${table}${where(condition)} limit ${DELETED_TOGETHER}`;
      const sql = `delete from ${table} where rowid in (${matches})`;
      for (let total = 0; ; ) {
        const changes = await connection.transaction((prepare) => prepare(sql).run(condition.values).changes);
        total += changes;
        if (changes < DELETED_TOGETHER) return total;
        await yieldToEventLoop();
      }
    },
  };
}

function createStatements(name: string, { unique = [], indexes = [] }: CollectionOptions): string[] {
  const index = (paths: readonly string[], kind: 'u' | 'i') => {
    const fields = paths.map((path) => fieldOf(path).value);
    const columns = kind === 'u' ? fields : [...fields, 'id'];
    const label = `${kind}_${name}_${hashJson(paths).slice(0, 12)}`;
    return `create ${kind === 'u' ? 'unique ' : ''}index if not exists "${label}" on ${tableOf(name)} (${columns.join(', ')})`;
  };
  return [
    `create table if not exists ${tableOf(name)} (id text primary key not null, version integer not null, doc text not null)`,
    ...unique.map((paths) => index(paths, 'u')),
    ...indexes.map((paths) => index(paths, 'i')),
  ];
}
