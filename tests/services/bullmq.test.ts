import { join } from 'node:path';
import { describe } from 'vitest';
import { openBullmqQueue } from '../../platform/queue/bullmq.ts';
import { openSqliteStore } from '../../platform/store/sqlite.ts';
import { queueConformance } from '../conformance/queue.ts';
import { makeFolder } from '../conformance/tools.ts';
import { serviceUrl } from './real.ts';

const url = serviceUrl('redis');

describe.skipIf(!url)('BullMQ on a real Redis', () => {
  queueConformance('bullmq', async () => {
    const path = join(makeFolder(), 'touchline.db');
    const prefix = `test-${Math.random().toString(36).slice(2)}`;
    const connect = () =>
      openBullmqQueue({
        url: url as string,
        prefix,
        store: openSqliteStore({ path }),
        onError: console.error,
      });
    return { queue: connect(), again: async () => connect() };
  });
});
