import { afterAll, describe } from 'vitest';
import { openBullmqQueue } from '../../platform/queue/bullmq/bullmq-queue.ts';
import { openStoreQueue } from '../../platform/queue/store-queue.ts';
import { openMongoStore } from '../../platform/store/mongodb/store.ts';
import type { Store } from '../../platform/store/store.ts';
import { queueConformance } from '../conformance/queue.ts';
import { freshDatabase } from './mongodb-database.ts';
import { serviceUrl } from './real.ts';
import { freshPrefix } from './redis-prefix.ts';

const redis = serviceUrl('redis');
const mongodb = serviceUrl('mongodb');

const stores: Store[] = [];
afterAll(async () => {
  for (const store of stores.splice(0)) await store.close();
});

function openStore(url: string): Store {
  const store = openMongoStore({ url });
  stores.push(store);
  return store;
}

describe.skipIf(!redis || !mongodb)(
  'queues with records in MongoDB (needs scripts/services.sh start redis mongodb)',
  () => {
    queueConformance('bullmq with records in MongoDB', async () => {
      const database = freshDatabase(mongodb as string);
      const prefix = freshPrefix(redis as string);
      const connect = () => openBullmqQueue({ url: redis as string, prefix, store: openStore(database) });
      return { queue: connect(), again: async () => connect() };
    });

    queueConformance('leases in MongoDB', async () => {
      const database = freshDatabase(mongodb as string);
      const connect = () => openStoreQueue({ store: openStore(database) });
      return { queue: connect(), again: async () => connect() };
    });
  },
);
