import fc from 'fast-check';
import { describe } from 'vitest';
import { openMongoStore } from '../../platform/store/mongodb.ts';
import { filterConformance } from '../conformance/filters.ts';
import { storeConformance } from '../conformance/store.ts';
import { freshDatabase } from './mongodb-database.ts';
import { serviceUrl } from './real.ts';

const url = serviceUrl('mongodb');

describe.skipIf(!url)('MongoDB', () => {
  const fresh = async () => openMongoStore({ url: freshDatabase(url!) });
  storeConformance('mongodb', fresh);
  // The stand-in for mongod orders texts by UTF-16 units, which is the order of UTF-8 up to U+D7FF only.
  filterConformance('mongodb', fresh, {
    runs: 60,
    text: fc.string({ unit: 'grapheme-ascii', maxLength: 3 }),
  });
});
