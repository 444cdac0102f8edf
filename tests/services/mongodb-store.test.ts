import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMongoStore } from '../../platform/store/mongodb/store.ts';
import type { Document, Stored } from '../../platform/store/store.ts';
import { filterConformance } from '../conformance/filters.ts';
import { storeConformance } from '../conformance/store.ts';
import { freshDatabase, withDriver } from './mongodb-database.ts';
import { serviceUrl } from './real.ts';

const url = serviceUrl('mongodb');

describe.skipIf(!url)('MongoDB (needs scripts/services.sh start mongodb)', () => {
  const fresh = async () => openMongoStore({ url: freshDatabase(url!) });
  storeConformance('mongodb', fresh, {
    openAt: { address: () => freshDatabase(url!), open: (address) => openMongoStore({ url: address }) },
  });
  // The substitute for mongod orders strings by UTF-16 units, which is the order of UTF-8 up to U+D7FF only.
  filterConformance('mongodb', fresh, {
    runs: 60,
    text: fc.string({ unit: 'grapheme-ascii', maxLength: 3 }),
  });

  it('lets the server delete expired documents, by a BSON date', async () => {
    const database = freshDatabase(url!);
    const store = openMongoStore({ url: database });
    expect(store.capabilities.ttl).toBe(true);
    const restored = { id: 'restored', at: '2026-01-01T00:00:00Z', _version: 3 } as Stored<Document>;
    await store.load('things', [restored]);
    const things = store.collection<{ id: string; at?: string }>('things', {
      expiry: { path: 'at', afterSeconds: 60 },
    });
    await things.insertMany([{ id: 'a', at: '2026-01-02T00:00:00Z' }, { id: 'never' }]);
    await things.put({ id: 'b', at: '2026-01-03T00:00:00Z' });
    await withDriver(database, async (client) => {
      const kept = client.db().collection('things');
      const rows = await kept.find({}, { sort: { _id: 1 } }).toArray();
      const due = (day: number) => new Date(`2026-01-0${day}T00:01:00Z`);
      expect(rows.map(({ expiresAt }) => expiresAt)).toEqual([due(2), due(3), null, due(1)]);
      expect(await kept.indexes()).toContainEqual(
        expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }),
      );
    });
    await store.close();
  });
});
