import { expect, it } from 'vitest';
import type { Document } from '../../platform/store/store.ts';
import { type StoreUnderTest, shot } from './shots.ts';
import { collect } from './tools.ts';

/** How every store writes: versions, swaps, unique keys, bulk writes, deletions. */
export function storeWrites({ store, fresh }: StoreUnderTest) {
  it('stores a document unchanged, with version 1', async () => {
    const shots = fresh();
    const document = shot('ä/1', { place: { zone: 'Paint "left"\u0000\n', depth: -0.1 }, distance: null });
    expect(await shots.insert(document)).toEqual({ ...document, _version: 1 });
    expect(await shots.get('ä/1')).toEqual({ ...document, _version: 1 });
    expect(await shots.get('other')).toBeUndefined();
  });

  it('stores the JSON of a document', async () => {
    const things = store().collection<Document & { [field: string]: unknown }>('json');
    await things.insertMany([
      { id: 'a', at: new Date(0), none: undefined, wrong: Number.NaN, list: [undefined, 1] },
    ]);
    expect(await things.get('a')).toEqual({
      id: 'a',
      at: new Date(0).toISOString(),
      wrong: null,
      list: [null, 1],
      _version: 1,
    });
  });

  it('is not affected by later changes to objects passed in or returned', async () => {
    const shots = fresh();
    const document = shot('a', { place: { zone: 'left', depth: 1 } });
    await shots.insert(document);
    document.place!.zone = 'right';
    const first = await shots.get('a');
    expect(first?.place?.zone).toBe('left');
    first!.place!.zone = 'right';
    expect((await shots.get('a'))?.place?.zone).toBe('left');
  });

  it('rejects a second document with the same id and keeps the first', async () => {
    const shots = fresh();
    await shots.insert(shot('a', { distance: 5 }));
    await expect(shots.insert(shot('a', { distance: 9 }))).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining("'a' already exists"),
    });
    expect((await shots.get('a'))?.distance).toBe(5);
  });

  it('increments the version on each write, and accepts a document as it returned it', async () => {
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

  it('lets exactly one of many concurrent swaps succeed, so that no increment is lost', async () => {
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

  it('inserts many documents, skipping and counting duplicates', async () => {
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
    expect((await collect(shots.all())).map(({ id }) => id)).toEqual(['a', 'c']);
    expect((await shots.get('a'))?.distance).toBe(1);
  });

  it('puts many documents over those that exist', async () => {
    const shots = fresh();
    await shots.putMany([shot('a'), shot('b')]);
    await shots.putMany([shot('b', { distance: 9 }), shot('c')]);
    expect(await shots.get('b')).toMatchObject({ distance: 9, _version: 2 });
    expect(await shots.count()).toBe(3);
  });

  it('stores nothing of a bulk write with an invalid id', async () => {
    const shots = fresh();
    const documents = [shot('a'), shot('')];
    await expect(shots.insertMany(documents)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(shots.putMany(documents)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await shots.count()).toBe(0);
  });

  it('enforces unique keys in every kind of write; absent and null values are exempt', async () => {
    const shots = fresh({ unique: [['player', 'place.zone']] });
    const at = (zone: string) => ({ place: { zone, depth: 1 } });
    const keyTaken = { code: 'ALREADY_EXISTS', message: expect.stringContaining('unique key') };
    await shots.insert(shot('a', at('left')));
    await shots.insert(shot('b', at('right')));
    await shots.insert(shot('c', { player: 'bea', ...at('left') }));
    await expect(shots.insert(shot('d', at('left')))).rejects.toMatchObject(keyTaken);
    await expect(shots.put(shot('b', at('left')))).rejects.toMatchObject(keyTaken);
    await expect(shots.putMany([shot('b', at('left'))])).rejects.toMatchObject(keyTaken);
    await expect(shots.compareAndSwap(shot('b', at('left')), 1)).rejects.toMatchObject(keyTaken);
    await expect(shots.compareAndSwap(shot('d', at('left')), 0)).rejects.toMatchObject(keyTaken);
    expect((await shots.get('b'))?.place?.zone).toBe('right');
    await shots.insertMany([shot('e'), shot('f')]);
    expect(await shots.count()).toBe(5);
  });

  it('deletes one document, and many', async () => {
    const shots = fresh();
    await shots.insertMany(Array.from({ length: 1_203 }, (_, i) => shot(`s${i}`, { distance: i })));
    expect(await shots.delete('s0')).toBe(true);
    expect(await shots.delete('s0')).toBe(false);
    expect(await shots.deleteMany({ distance: { lt: 1_200 } })).toBe(1_199);
    expect((await collect(shots.all())).map(({ id }) => id)).toEqual(['s1200', 's1201', 's1202']);
  });

  it('never takes an id for a condition', async () => {
    const shots = fresh();
    await shots.insert(shot('a'));
    const anything = { $gt: '' } as unknown as string;
    expect(await shots.get(anything)).toBeUndefined();
    expect(await shots.delete(anything)).toBe(false);
    expect(await shots.count()).toBe(1);
  });
}
