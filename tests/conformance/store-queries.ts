import { expect, it } from 'vitest';
import type { Collection, Document, Filter } from '../../platform/store/store.ts';
import { type Shot, type StoreUnderTest, shot } from './shots.ts';
import { collect } from './tools.ts';

/** How every store finds documents: filters, pages, walks through a whole collection. */
export function storeQueries({ store, fresh }: StoreUnderTest) {
  const idsOf = async (collection: Collection<Shot>, filter: Filter) =>
    (await collect(collection.all(filter))).map(({ id }) => id);

  it('filters by type as well as by value', async () => {
    const shots = store().collection<Document & { v?: unknown }>('types');
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

  it('combines conditions and filters by nested fields', async () => {
    const shots = fresh({ indexes: [['place.depth']] });
    await shots.insertMany([
      shot('a', { place: { zone: 'left', depth: 1 } }),
      shot('b', { place: { zone: 'left', depth: 2 }, made: true }),
      shot('c', { place: { zone: 'right', depth: 3 } }),
      shot('d'),
    ]);
    expect(await idsOf(shots, { 'place.zone': 'left', 'place.depth': { gt: 1 } })).toEqual(['b']);
    expect(await idsOf(shots, { 'place.zone': { ne: 'left' } })).toEqual(['c', 'd']);
    expect(await idsOf(shots, { id: { in: ['d', 'a', 'x'] }, made: { exists: false } })).toEqual(['a', 'd']);
    expect(await idsOf(shots, { _version: 1, made: true })).toEqual(['b']);
    expect(await shots.count({ player: 'ada', made: true })).toBe(1);
  });

  it.each<[string, unknown]>([
    ['an operator of a database', { player: { $gt: '' } }],
    ['an operator as a path', { $where: 'true' }],
    ['a quote in a path', { 'a"]\') or 1=1 --': 1 }],
    ['a key of the prototype', { 'constructor.name': 'x' }],
    ['an empty path', { '': 1 }],
    ['an empty condition', { player: {} }],
    ['an undefined condition', { player: undefined }],
    ['an undefined value', { player: { eq: undefined } }],
    ['a list as a value', { player: ['ada'] }],
    ['a comparison with NaN', { distance: { gt: Number.NaN } }],
    ['a comparison with null', { distance: { gt: null } }],
    ['an object in a list', { distance: { in: [{}] } }],
  ])('rejects a filter with %s', async (_, filter) => {
    const shots = fresh();
    await shots.insert(shot('a'));
    const invalid = { code: 'INVALID_INPUT' };
    await expect(shots.find(filter as Filter)).rejects.toMatchObject(invalid);
    await expect(shots.count(filter as Filter)).rejects.toMatchObject(invalid);
    await expect(shots.deleteMany(filter as Filter)).rejects.toMatchObject(invalid);
    expect(await shots.count()).toBe(1);
  });

  it.each([false, true])('pages in sorted order, ties by id (descending: %s)', async (descending) => {
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

  it.each([false, true])('pages by id and by version (descending: %s)', async (descending) => {
    const shots = fresh();
    await shots.insertMany(['c', 'a', 'd', 'b'].map((id) => shot(id)));
    await shots.put(shot('b'));
    for (const [sort, expected] of [
      ['id', ['a', 'b', 'c', 'd']],
      ['_version', ['a', 'c', 'd', 'b']],
    ] as const) {
      const first = await shots.find({}, { sort, descending, limit: 3 });
      const second = await shots.find({}, { sort, descending, limit: 3, cursor: first.next });
      const ids = [...first.items, ...second.items].map(({ id }) => id);
      expect(ids).toEqual(descending ? expected.toReversed() : expected);
    }
  });

  it('rejects limits out of range and cursors of another order', async () => {
    const shots = fresh();
    await shots.insertMany([shot('a'), shot('b')]);
    const { next } = await shots.find({}, { limit: 1 });
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
      await expect(shots.find({}, options)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('walks through a collection while it changes', async () => {
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

  it('walks in sorted order through several pages, skipping what no longer matches', async () => {
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
}
