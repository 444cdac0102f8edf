import { filterConformance } from '../conformance/filters.ts';
import { storeConformance } from '../conformance/store.ts';
import { openMemoryStore } from './memory-store.ts';

storeConformance('memory', async () => openMemoryStore());
filterConformance('memory', async () => openMemoryStore());
