import { join } from 'node:path';
import { openLeaseQueue } from '../../platform/queue/leases.ts';
import { openSqliteStore } from '../../platform/store/sqlite.ts';
import { queueConformance } from '../conformance/queue.ts';
import { makeFolder } from '../conformance/tools.ts';

queueConformance('leases in a shared file', async () => {
  const path = join(makeFolder(), 'touchline.db');
  const connect = () => openLeaseQueue({ store: openSqliteStore({ path }) });
  return { queue: connect(), again: async () => connect() };
});
