import { join } from 'node:path';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { filterConformance } from './filters.ts';
import { openMemoryStore } from './memory-store.ts';
import { storeConformance } from './store.ts';
import { makeFolder } from './tools.ts';

storeConformance('sqlite in memory', async () => openSqliteStore({ path: ':memory:' }));

const file = () => join(makeFolder(), 'deep', 'touchline.db');
storeConformance('sqlite in a file', async () => openSqliteStore({ path: file() }), {
  openAt: { address: file, open: (path) => openSqliteStore({ path }) },
});

filterConformance('sqlite', async () => openSqliteStore({ path: ':memory:' }));
storeConformance('memory', async () => openMemoryStore());
filterConformance('memory', async () => openMemoryStore());
