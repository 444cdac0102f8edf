import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runEtl } from '../../etl/run-etl.ts';
import { shots } from '../../pipelines/shots.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Collection, Document, Store } from '../../platform/store/store.ts';
import { contents, openWorkspace, shotRows, toCsv, type Workspace } from '../etl/fixtures.ts';

let place: Workspace;
beforeEach(() => {
  place = openWorkspace();
  mkdirSync(place.path('in'));
});
afterEach(() => place.close());

const WRITES = new Set(['insert', 'insertMany', 'put', 'putMany', 'delete', 'deleteMany', 'compareAndSwap']);

/** A store that fails at its n-th write: before the write, or after it but before it is acknowledged. */
function dyingStore(store: Store, n: number, when: 'before' | 'after'): Store {
  let writes = 0;
  const die = () => {
    throw new Error('died');
  };
  const wrap = <T extends Document>(collection: Collection<T>): Collection<T> =>
    new Proxy(collection, {
      get(target, name, receiver) {
        const value = Reflect.get(target, name, receiver);
        if (typeof value !== 'function' || !WRITES.has(String(name))) return value;
        return async (...args: unknown[]) => {
          const last = ++writes >= n;
          if (last && when === 'before') die();
          const result = await value.apply(target, args);
          return last ? die() : result;
        };
      },
    });
  return { ...store, collection: (name, options) => wrap(store.collection(name, options)) };
}

const COLLECTIONS = ['silver_shots', 'gold_shots', 'rejects_shots'];

it('gives the same result after a rerun, whichever write failed', async () => {
  const rows = shotRows(2, 10);
  const bad = { ...rows[3], Period: '0' };
  writeFileSync(place.path('in', 'a.csv'), toCsv([...rows.slice(0, 10), rows[0], bad]));
  writeFileSync(place.path('in', 'b.csv'), toCsv(rows.slice(8)));
  const { blobs } = place;
  const run = (store: Store) => runEtl(shots.etl, place.path('in'), { store, blobs });

  const control = openSqliteStore({ path: ':memory:' });
  const whole = await run(control);
  const expected = await Promise.all(COLLECTIONS.map((name) => contents(control, name)));

  for (const when of ['before', 'after'] as const) {
    let died = true;
    for (let n = 1; died; n++) {
      const store = openSqliteStore({ path: ':memory:' });
      died = await run(dyingStore(store, n, when)).then(
        () => false,
        (error: Error) => error.message === 'died',
      );
      const report = await run(store);
      expect(report.read, `write ${n} ${when}`).toBe(whole.read);
      expect(await Promise.all(COLLECTIONS.map((name) => contents(store, name)))).toEqual(expected);
      await store.close();
      expect(n).toBeLessThan(50);
    }
  }
});
