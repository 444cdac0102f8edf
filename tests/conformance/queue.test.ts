import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openStoreQueue } from '../../platform/queue/store-queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { threadConformance } from './handler-thread.ts';
import { queueConformance } from './queue.ts';
import { makeFolder } from './tools.ts';

const connectTo = (path: string) => () => openStoreQueue({ store: openSqliteStore({ path }) });

queueConformance('leases in a shared file', async () => {
  const connect = connectTo(join(makeFolder(), 'touchline.db'));
  return { queue: connect(), again: async () => connect() };
});

threadConformance('leases in a shared file', async () => {
  const connect = connectTo(join(makeFolder(), 'touchline.db'));
  const queues = [connect(), connect()] as const;
  onTestFinished(async () => {
    for (const queue of queues) await queue.close();
  });
  return queues;
});
