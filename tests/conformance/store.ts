import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collection, Document, Filter, Store } from '../../platform/store/store.ts';
import { collect } from './tools.ts';

interface Shot extends Document {
  player: string;
  distance: number | null;
  made?: boolean;
  place?: { zone: string; depth: number };
}

/**
 * What every store must do.
 * @param open gives a fresh, empty store.
 */
export function storeConformance(name: string, open: () => Promise<Store>) {
  describe(`store: ${name}`, () => {
    let store: Store;
    let names = 0;
    const fresh = (options?: Parameters<Store['collection']>[1]): Collection<Shot> =>
      store.collection<Shot>(`shots_${names++}`, options);
    const shot = (id: string, more: Partial<Shot> = {}): Shot => ({
      id,
      player: 'ada',
      distance: 1,
      ...more,
    });
    const ids = async (collection: Collection<Shot>, filter: Filter) =>
      (await collect(collection.all(filter))).map(({ id }) => id);

    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('answers a ping', async () => {
      await store.ping();
    });

    it('keeps a document as it was, with version 1', async () => {
      const shots = fresh();
      const document = shot('ä/1', { place: { zone: 'Paint "left"\u0000\n', depth: -0.1 }, distance: null });
      expect(await shots.insert(document)).toEqual({ ...document, _version: 1 });
      expect(await shots.get('ä/1')).toEqual({ ...document, _version: 1 });
      expect(await shots.get('other')).toBeUndefined();
    });

    it('refuses a second document with the same id and leaves the first', async () => {
      const shots = fresh();
      await shots.insert(shot('a', { distance: 5 }));
      await expect(shots.insert(shot('a', { distance: 9 }))).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
      });
      expect((await shots.get('a'))?.distance).toBe(5);
    });

    it('counts versions up on each write, and takes a document back as it gave it', async () => {
      const shots = fresh();
      const first = await shots.put(shot('a'));
      const second = await shots.put({ ...first, distance: 2 });
      expect([first._version, second._version]).toEqual([1, 2]);
      expect(await shots.get('a')).toEqual({ ...shot('a', { distance: 2 }), _version: 2 });
    });

    it('swaps only the version that was read', async () => {
      const shots = fresh();
      expect(await shots.compareAndSwap(shot('a'), 1)).toBeUndefined();
      expect((await shots.compareAndSwap(shot('a'), 0))?._version).toBe(1);
      expect(await shots.compareAndSwap(shot('a', { distance: 7 }), 0)).toBeUndefined();
      expect((await shots.compareAndSwap(shot('a', { distance: 2 }), 1))?._version).toBe(2);
      expect(await shots.compareAndSwap(shot('a', { distance: 3 }), 1)).toBeUndefined();
      expect((await shots.get('a'))?.distance).toBe(2);
    });

    it('lets exactly one of many swaps win, so that no increment is lost', async () => {
      const shots = fresh();
      await shots.insert(shot('a', { distance: 0 }));
      const increment = async () => {
        for (;;) {
          const now = (await shots.get('a'))!;
          if (await shots.compareAndSwap({ ...now, distance: now.distance! + 1 }, now._version)) return;
        }
      };
      await Promise.all(Array.from({ length: 50 }, increment));
      expect(await shots.get('a')).toMatchObject({ distance: 50, _version: 51 });
    });

    it('adds many, leaving those that are there alone', async () => {
      const shots = fresh({ unique: [['player', 'distance']] });
      await shots.insert(shot('a', { distance: 1 }));
      const documents = [
        shot('a', { distance: 2 }),
        shot('b', { distance: 1 }),
        shot('c', { distance: 3 }),
        shot('c', { distance: 4 }),
      ];
      expect(await shots.insertMany(documents)).toEqual({ inserted: 1, duplicates: 3 });
      expect(await shots.insertMany([])).toEqual({ inserted: 0, duplicates: 0 });
      expect(await ids(shots, {})).toEqual(['a', 'c']);
      expect((await shots.get('a'))?.distance).toBe(1);
    });

    it('puts many, over those that are there', async () => {
      const shots = fresh();
      await shots.putMany([shot('a'), shot('b')]);
      await shots.putMany([shot('b', { distance: 9 }), shot('c')]);
      expect(await shots.get('b')).toMatchObject({ distance: 9, _version: 2 });
      expect(await shots.count()).toBe(3);
    });

    it('stores nothing of a bulk write in which one document has no id', async () => {
      const shots = fresh();
      const documents = [shot('a'), shot('')];
      await expect(shots.insertMany(documents)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(shots.putMany(documents)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      expect(await shots.count()).toBe(0);
    });

    it('holds unique keys on every way in; absent and null values take no part', async () => {
      const shots = fresh({ unique: [['player', 'place.zone']] });
      const at = (zone: string) => ({ place: { zone, depth: 1 } });
      const refusal = { code: 'ALREADY_EXISTS' };
      await shots.insert(shot('a', at('left')));
      await shots.insert(shot('b', at('right')));
      await shots.insert(shot('c', { player: 'bea', ...at('left') }));
      await expect(shots.insert(shot('d', at('left')))).rejects.toMatchObject(refusal);
      await expect(shots.put(shot('b', at('left')))).rejects.toMatchObject(refusal);
      await expect(shots.putMany([shot('b', at('left'))])).rejects.toMatchObject(refusal);
      await expect(shots.compareAndSwap(shot('b', at('left')), 1)).rejects.toMatchObject(refusal);
      await expect(shots.compareAndSwap(shot('d', at('left')), 0)).rejects.toMatchObject(refusal);
      expect((await shots.get('b'))?.place?.zone).toBe('right');
      await shots.insertMany([shot('e'), shot('f')]);
      expect(await shots.count()).toBe(5);
    });

    it('filters by type as well as by value', async () => {
      const shots = store.collection<Document & { v?: unknown }>('types');
      const values = [0, 1, '0', '1', true, false, null, 'abc', '[1]', '{}', '', -1.5];
      await shots.insertMany([
        ...values.map((v, i) => ({ id: `v${String(i).padStart(2, '0')}`, v })),
        { id: 'absent' },
      ]);
      const found = async (filter: Filter) =>
        (await collect(shots.all(filter))).map(({ v }) => (v === undefined ? 'absent' : v));
      for (const value of values.filter((value) => value !== null))
        expect(await found({ v: value })).toEqual([value]);
      expect(await found({ v: null })).toEqual(['absent', null]);
      expect(await found({ v: { in: [1, '0', true] } })).toEqual([1, '0', true]);
      expect(await found({ v: { in: [] } })).toEqual([]);
      expect(await found({ v: { exists: false } })).toEqual(['absent']);
      expect(await found({ v: { exists: true, ne: 1 } })).toEqual(values.filter((value) => value !== 1));
      expect(await found({ v: { lt: 1 } })).toEqual([0, -1.5]);
      expect(await found({ v: { gte: '1', lte: 'abc' } })).toEqual(['1', 'abc', '[1]']);
    });

    it('combines conditions and looks into nested fields', async () => {
      const shots = fresh({ indexes: [['place.depth']] });
      await shots.insertMany([
        shot('a', { place: { zone: 'left', depth: 1 } }),
        shot('b', { place: { zone: 'left', depth: 2 }, made: true }),
        shot('c', { place: { zone: 'right', depth: 3 } }),
        shot('d'),
      ]);
      expect(await ids(shots, { 'place.zone': 'left', 'place.depth': { gt: 1 } })).toEqual(['b']);
      expect(await ids(shots, { 'place.zone': { ne: 'left' } })).toEqual(['c', 'd']);
      expect(await ids(shots, { id: { in: ['d', 'a', 'x'] }, made: { exists: false } })).toEqual(['a', 'd']);
      expect(await shots.count({ player: 'ada', made: true })).toBe(1);
    });

    it.each<[string, unknown]>([
      ['an operator of a database', { player: { $gt: '' } }],
      ['a path that is an operator', { $where: 'true' }],
      ['a quote in a path', { 'a"]\') or 1=1 --': 1 }],
      ['a prototype key', { 'constructor.name': 'x' }],
      ['an empty path', { '': 1 }],
      ['an empty condition', { player: {} }],
      ['a condition that is not set', { player: undefined }],
      ['an operator that is not set', { player: { eq: undefined } }],
      ['a list as a value', { player: ['ada'] }],
      ['a number that is none', { distance: { gt: Number.NaN } }],
      ['null where order is asked', { distance: { gt: null } }],
      ['an object in a list', { distance: { in: [{}] } }],
    ])('refuses %s', async (_, filter) => {
      const shots = fresh();
      await shots.insert(shot('a'));
      const refusal = { code: 'INVALID_INPUT' };
      await expect(shots.find(filter as Filter)).rejects.toMatchObject(refusal);
      await expect(shots.count(filter as Filter)).rejects.toMatchObject(refusal);
      await expect(shots.deleteMany(filter as Filter)).rejects.toMatchObject(refusal);
      expect(await shots.count()).toBe(1);
    });

    it.each([false, true])('pages in order, ties by id (descending: %s)', async (descending) => {
      const shots = fresh({ indexes: [['distance']] });
      const distances = [3, null, 1, 1, 2.5, null, 1, -4, 0.1 + 0.2, 0.3];
      await shots.insertMany(distances.map((distance, i) => shot(`s${i}`, { distance })));
      const expected = distances
        .map((distance, i) => ({ distance, id: `s${i}` }))
        .sort(
          (a, b) =>
            (a.distance ?? Number.NEGATIVE_INFINITY) - (b.distance ?? Number.NEGATIVE_INFINITY) ||
            (a.id < b.id ? -1 : 1),
        )
        .map(({ id }) => id);
      if (descending) expected.reverse();
      for (const limit of [1, 3, 10, 1000]) {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await shots.find({}, { sort: 'distance', descending, limit, cursor });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          seen.push(...page.items.map(({ id }) => id));
          cursor = page.next;
        } while (cursor);
        expect(seen).toEqual(expected);
      }
      expect(
        (await collect(shots.all({ distance: 1 }, { sort: 'distance', descending }))).map(({ id }) => id),
      ).toEqual(expected.filter((id) => ['s2', 's3', 's6'].includes(id)));
    });

    it('refuses limits out of range and cursors that do not fit', async () => {
      const shots = fresh();
      await shots.insertMany([shot('a'), shot('b')]);
      const { next } = await shots.find({}, { limit: 1 });
      const refusal = { code: 'INVALID_INPUT' };
      for (const options of [
        { limit: 0 },
        { limit: 1001 },
        { limit: 1.5 },
        { cursor: 'x' },
        { cursor: '' },
        { cursor: next!.slice(2) },
        { cursor: next, sort: 'distance' },
        { cursor: next, descending: true },
        { sort: 'a b' },
      ])
        await expect(shots.find({}, options)).rejects.toMatchObject(refusal);
    });

    it('walks through everything while it is being changed', async () => {
      const shots = fresh();
      await shots.insertMany(Array.from({ length: 1_200 }, (_, i) => shot(`s${String(i).padStart(5, '0')}`)));
      const seen = new Set<string>();
      for await (const { id } of shots.all()) {
        seen.add(id);
        if (id === 's00010') await shots.delete('s00005');
        if (id === 's00010') await shots.delete('s01199');
        if (id === 's00010') await shots.put(shot('s00000', { distance: 8 }));
      }
      expect(seen.size).toBe(1_199);
    });

    it('walks in order through more than a page, past what changes meanwhile', async () => {
      const shots = fresh();
      const distances = Array.from({ length: 1_300 }, (_, i) => (i * 7_919) % 1_300);
      await shots.insertMany(distances.map((distance, i) => shot(`s${i}`, { distance })));
      const seen: number[] = [];
      for await (const { distance } of shots.all({ distance: { gte: 0 } }, { sort: 'distance' })) {
        seen.push(distance!);
        if (distance === 10) await shots.deleteMany({ distance: 1_250 });
        if (distance === 10) await shots.put(shot(`s${distances.indexOf(1_200)}`, { distance: -1 }));
      }
      const expected = Array.from({ length: 1_300 }, (_, i) => i).filter((i) => i !== 1_250 && i !== 1_200);
      expect(seen).toEqual(expected);
    });

    it('deletes one and many', async () => {
      const shots = fresh();
      await shots.insertMany(Array.from({ length: 1_203 }, (_, i) => shot(`s${i}`, { distance: i })));
      expect(await shots.delete('s0')).toBe(true);
      expect(await shots.delete('s0')).toBe(false);
      expect(await shots.deleteMany({ distance: { lt: 1_200 } })).toBe(1_199);
      expect(await ids(shots, {})).toEqual(['s1200', 's1201', 's1202']);
    });

    it('opens a collection again with what it holds', async () => {
      const options = { unique: [['player']], indexes: [['distance']] };
      await store.collection<Shot>('again', options).insert(shot('a'));
      const again = store.collection<Shot>('again', options);
      expect(await again.count()).toBe(1);
      await expect(again.insert(shot('b'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    });

    it('dumps everything, and brings it back elsewhere with its versions and its indexes', async () => {
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
        for (let start = 0; start < 2; start++)
          for (const name of ['a-1_b.c', 'shots'])
            await to.load(
              name,
              dumped.filter(({ collection }) => collection === name).map(({ document }) => document),
            );
        const back = await collect(to.dump());
        expect(back).toEqual(dumped);
        expect(back).toHaveLength(1_202);
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

    it('takes an expiry where it can delete by itself, and says so where it cannot', async () => {
      const expiring = () => fresh({ expiry: { path: 'player', afterSeconds: 1 } });
      if (store.capabilities.ttl) expect(await expiring().insert(shot('a'))).toMatchObject({ id: 'a' });
      else expect(expiring).toThrowError(expect.objectContaining({ code: 'INVALID_INPUT' }));
    });

    it('refuses names that are no collection', () => {
      for (const bad of ['', 'a b', 'a";drop table x', '__proto__', 'A'])
        expect(() => store.collection(bad)).toThrowError(expect.objectContaining({ code: 'INVALID_INPUT' }));
    });

    it('closes twice without harm, and then says that it is closed', async () => {
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
