import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CollectionOptions, Store } from '../../platform/store/store.ts';
import { type Shot, type StoreUnderTest, shot } from './shots.ts';
import { storeQueries } from './store-queries.ts';
import { storeWrites } from './store-writes.ts';
import { collect } from './tools.ts';

/**
 * What every store must do.
 * @param open returns a fresh, empty store.
 * @param options.openAt opens the store at an address; given for every adapter that several threads and processes share.
 */
export function storeConformance(
  name: string,
  open: () => Promise<Store>,
  { openAt }: { openAt?: { address(): string; open(address: string): Store } } = {},
) {
  describe(`store: ${name}`, () => {
    let store: Store;
    let names = 0;
    const tested: StoreUnderTest = {
      store: () => store,
      fresh: (options?: CollectionOptions) => store.collection<Shot>(`shots_${names++}`, options),
    };

    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('answers a ping', async () => {
      await store.ping();
    });

    storeWrites(tested);
    storeQueries(tested);

    it('reopens a collection with its documents and unique keys', async () => {
      const options = { unique: [['player']], indexes: [['distance']] };
      await store.collection<Shot>('again', options).insert(shot('a'));
      const again = store.collection<Shot>('again', options);
      expect(await again.count()).toBe(1);
      await expect(again.insert(shot('b'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    });

    it('dumps everything, and loads it elsewhere with its versions and indexes', async () => {
      const from = await open();
      const to = await open();
      try {
        const options = { unique: [['player']] };
        const shots = from.collection<Shot>('shots', options);
        await shots.insertMany(
          Array.from({ length: 1_201 }, (_, i) => shot(`s${i}`, { player: `p${i}`, distance: i / 3 })),
        );
        await shots.put(shot('s7', { player: 'p7', distance: null }));
        await from.collection('empty').count();
        await from.collection('a-1_b.c').insert({ id: 'ä/1' });
        expect(await from.collections()).toEqual(['a-1_b.c', 'shots']);
        const dumped = await collect(from.dump());
        // Loading twice changes nothing.
        for (let start = 0; start < 2; start++)
          for (const name of ['a-1_b.c', 'shots'])
            await to.load(
              name,
              dumped.filter(({ collection }) => collection === name).map(({ document }) => document),
            );
        const loaded = await collect(to.dump());
        expect(loaded).toEqual(dumped);
        expect(loaded).toHaveLength(1_202);
        const again = to.collection<Shot>('shots', options);
        expect((await again.get('s7'))?._version).toBe(2);
        expect(await again.compareAndSwap(shot('s7', { player: 'p7' }), 2)).toMatchObject({ _version: 3 });
        await expect(again.insert(shot('other', { player: 'p9' }))).rejects.toMatchObject({
          code: 'ALREADY_EXISTS',
        });
      } finally {
        await from.close();
        await to.close();
      }
    });

    it('accepts an expiry exactly where it has the capability', async () => {
      const expiring = () => tested.fresh({ expiry: { path: 'player', afterSeconds: 1 } });
      if (store.capabilities.ttl) expect(await expiring().insert(shot('a'))).toMatchObject({ id: 'a' });
      else expect(expiring).toThrowError(expect.objectContaining({ code: 'INVALID_INPUT' }));
    });

    it('rejects invalid collection names', () => {
      for (const bad of ['', 'a b', 'a";drop table x', '__proto__', 'A'])
        expect(() => store.collection(bad)).toThrowError(expect.objectContaining({ code: 'INVALID_INPUT' }));
    });

    it('rejects invalid paths in the options of a collection', () => {
      for (const options of [{ unique: [['a b']] }, { indexes: [['$where']] }])
        expect(() => store.collection('options', options)).toThrowError(
          expect.objectContaining({ code: 'INVALID_INPUT' }),
        );
    });

    it.runIf(openAt)('shows a second store at the same address what the first one wrote', async () => {
      const address = openAt!.address();
      const [first, second] = [openAt!.open(address), openAt!.open(address)];
      try {
        const [written, read] = [first, second].map((store) => store.collection<Shot>('shared'));
        expect(await read.get('a')).toBeUndefined();
        const { _version } = await written.insert(shot('a', { player: 'ann' }));
        expect(await read.get('a')).toMatchObject({ player: 'ann', _version });
        await read.put(shot('a', { player: 'bea' }));
        expect(await written.get('a')).toMatchObject({ player: 'bea', _version: _version + 1 });
        await expect(written.insert(shot('a'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
      } finally {
        await first.close();
        await second.close();
      }
    });

    it('may be closed twice, and is unavailable afterwards', async () => {
      const other = await open();
      const shots = other.collection<Shot>('closing');
      await shots.insert(shot('a'));
      await other.close();
      await other.close();
      await expect(shots.get('a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(other.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
}
