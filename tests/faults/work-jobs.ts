// Runs jobs until it is killed, and appends each start to a file. Arguments: file of the store, file for the starts,
// and for BullMQ the URL of Redis and a prefix.
import { appendFileSync, writeSync } from 'node:fs';
import { openBullmqQueue } from '../../platform/queue/bullmq/bullmq-queue.ts';
import { openStoreQueue } from '../../platform/queue/store-queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';

const [path, notes, url, prefix] = process.argv.slice(2);
const store = openSqliteStore({ path });
const queue = url ? openBullmqQueue({ store, url, prefix }) : openStoreQueue({ store });
queue.work(
  {
    note: async (_, { job, progress }) => {
      appendFileSync(notes, `${job.id} ${Date.now()}\n`);
      progress({ stage: 'work', done: 1 });
      await new Promise((resolve) => setTimeout(resolve, 15));
      return job.id;
    },
  },
  { concurrency: 3, leaseMs: 400, pollMs: 20 },
);
writeSync(1, 'working\n');
