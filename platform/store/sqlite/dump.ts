import type { Document, Store, Stored } from '../store.ts';
import { type Connection, openConnection, type Prepare } from './connection.ts';

const PAGE = 500;
const PREFIX = 'c_';

/** Names of the collections of a file that hold something, in order. */
export function filledCollections(prepare: Prepare): string[] {
  const tables = prepare("select name from sqlite_master where type = 'table' order by name").all() as {
    name: string;
  }[];
  return tables
    .filter(({ name }) => name.startsWith(PREFIX) && prepare(`select 1 from "${name}" limit 1`).get())
    .map(({ name }) => name.slice(PREFIX.length));
}

/**
 * Every document of a file as of one moment, while others write: a read transaction of its own sees none of that.
 * @param shared the store's own connection, for a store in memory, which no second one can see.
 */
export async function* dumpSqlite(path: string, shared: Connection): ReturnType<Store['dump']> {
  if (path === ':memory:') {
    yield* documentsOf(shared);
    return;
  }
  const reader = openConnection(path, () => false);
  try {
    await reader.run((prepare) => prepare('begin').run());
    yield* documentsOf(reader);
  } finally {
    reader.close();
  }
}

async function* documentsOf(connection: Connection): ReturnType<Store['dump']> {
  for (const collection of await connection.run(filledCollections)) {
    const sql = `select id, version, doc from "${PREFIX}${collection}" where id > ? order by id limit ${PAGE}`;
    for (let after = ''; ; ) {
      const rows = await connection.run(
        (prepare) => prepare(sql).all(after) as { id: string; version: number; doc: string }[],
      );
      for (const { version, doc } of rows) {
        const document = { ...JSON.parse(doc), _version: version } as Stored<Document>;
        yield { collection, document };
      }
      if (rows.length < PAGE) break;
      after = rows[PAGE - 1].id;
    }
  }
}
