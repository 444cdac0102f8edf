import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { fromSqlite } from '../../platform/store/sqlite/errors.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Filter } from '../../platform/store/store.ts';
import { temporaryFolder } from '../conformance/tools.ts';

describe('filters on SQLite', () => {
  it('use the indexes of the collection', async () => {
    const path = join(temporaryFolder(), 'touchline.db');
    const store = openSqliteStore({ path });
    const collection = store.collection('things', { indexes: [['a'], ['state', 'at']], unique: [['k']] });
    await collection.insert({ id: 'x' });
    await store.close();
    const database = new Database(path);
    const { compileTests } = await import('../../platform/store/sqlite/query.ts');
    const { checkFilter } = await import('../../platform/store/filter.ts');
    const plan = (asked: Filter) => {
      const { text, values } = compileTests(checkFilter(asked));
      const rows = database
        .prepare(`explain query plan select id from "c_things" where ${text}`)
        .all(values) as { detail: string }[];
      return rows.map(({ detail }) => detail).join('; ');
    };
    expect(plan({ a: 'x' })).toMatch(/USING INDEX "?i_things/);
    expect(plan({ a: 1 })).toMatch(/USING INDEX "?i_things/);
    expect(plan({ a: { in: ['x', 'y'] } })).toMatch(/USING INDEX "?i_things/);
    expect(plan({ a: { lt: 3 } })).toMatch(/USING INDEX "?i_things/);
    expect(plan({ state: 'done', at: { lt: 'x' } })).toMatch(/USING INDEX "?i_things.*AND/);
    expect(plan({ k: 'x' })).toMatch(/USING INDEX "?u_things/);
    database.close();
  });
});

describe('a SQLite file', () => {
  it('completes every write that met another writer once that one commits', async () => {
    const path = join(temporaryFolder(), 'touchline.db');
    const store = openSqliteStore({ path });
    const [things, others] = ['things', 'others'].map((name) => store.collection(name));
    await things.insert({ id: 'a' });
    await others.insert({ id: 'b' });
    const other = new Database(path);
    for (let round = 1; round <= 3; round++) {
      other.exec('begin immediate');
      const writes = Promise.all([
        things.compareAndSwap({ id: 'a' }, round),
        things.put({ id: 'c' }),
        others.put({ id: 'b' }),
        others.insert({ id: `d${round}` }),
        things.delete('nothing'),
      ]);
      // Each of them meets the locked file several times.
      await new Promise((resolve) => setTimeout(resolve, 200));
      other.exec(`update c_things set version = version where id = 'a'`);
      other.exec('commit');
      const [swapped] = await Promise.race([
        writes,
        new Promise<never>((_, reject) =>
          setTimeout(reject, 3_000, new Error('The writes are still waiting.')),
        ),
      ]);
      expect(swapped).toMatchObject({ _version: round + 1 });
    }
    other.close();
    await store.close();
  });

  it('fails with a remedy where it is not a store, has a newer layout or cannot be opened', async () => {
    const folder = temporaryFolder();
    const foreign = join(folder, 'foreign.db');
    writeFileSync(foreign, 'not a database '.repeat(500));
    await expect(openSqliteStore({ path: foreign }).ping()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/damaged or is not a store.*TOUCHLINE_STORE/),
    });
    await expect(openSqliteStore({ path: join(foreign, 'x.db') }).ping()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/cannot be opened.*TOUCHLINE_STORE/),
    });
    const newer = join(folder, 'newer.db');
    const database = new Database(newer);
    database.pragma('user_version = 99');
    database.close();
    await expect(openSqliteStore({ path: newer }).ping()).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });

  it('fails with a remedy where its disk is full', async () => {
    const database = new Database(':memory:');
    database.exec('create table things (text)');
    database.pragma('max_page_count = 10');
    const write = () => {
      for (;;) database.exec('insert into things values (hex(randomblob(2000)))');
    };
    let thrown: unknown;
    try {
      write();
    } catch (error) {
      thrown = error;
    }
    expect(fromSqlite(thrown)).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/full.*TOUCHLINE_STORE/),
      cause: thrown,
    });
  });

  it('enforces unique keys between connections opened before the keys were taken', async () => {
    const path = join(temporaryFolder(), 'touchline.db');
    const stores = Array.from({ length: 3 }, () => openSqliteStore({ path }));
    const collections = stores.map((store) =>
      store.collection<{ id: string; rater: string }>('scores', { unique: [['rater']] }),
    );
    for (const collection of collections) expect(await collection.count()).toBe(0);
    const outcomes = await Promise.allSettled(
      collections.flatMap((collection, i) =>
        Array.from({ length: 10 }, (_, n) => collection.insert({ id: `${i}-${n}`, rater: `r${n}` })),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ALREADY_EXISTS' });
    for (const store of stores) await store.close();
  });

  it('waits for another process that has locked it without blocking the event loop', async () => {
    const path = join(temporaryFolder(), 'touchline.db');
    const store = openSqliteStore({ path });
    const collection = store.collection<{ id: string }>('things');
    await collection.insert({ id: 'a' });
    const other = new Database(path);
    other.exec('begin immediate');
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    const write = collection.insert({ id: 'b' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    other.exec('commit');
    await write;
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(4);
    expect(await collection.count()).toBe(2);
    other.close();
    await store.close();
  });

  it('yields to the event loop during a bulk write', async () => {
    const store = openSqliteStore({ path: ':memory:' });
    const collection = store.collection<{ id: string; i: number }>('things');
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 1);
    await collection.insertMany(Array.from({ length: 20_000 }, (_, i) => ({ id: `d${i}`, i })));
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(5);
  });
});

describe('a dump of SQLite', () => {
  it('holds the documents as of one moment, whatever is written meanwhile', async () => {
    const store = openSqliteStore({ path: join(temporaryFolder(), 's.db') });
    const write = (collection: string, id: string) => store.collection(collection).put({ id });
    await write('a', '1');
    await write('b', '1');
    const seen: string[] = [];
    for await (const { collection, document } of store.dump()) {
      seen.push(`${collection}/${document.id}`);
      await write('a', '2');
      await write('b', '1');
      await write('c', '1');
      expect(document._version).toBe(1);
    }
    expect(seen).toEqual(['a/1', 'b/1']);
    await store.close();
  });
});
