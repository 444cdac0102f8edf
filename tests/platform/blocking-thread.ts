// A thread of handlers that compute without a pause.
import { setTimeout as sleep } from 'node:timers/promises';
import { TouchlineError } from '../../platform/errors.ts';
import { serveHandlers } from '../../platform/queue/handler-thread.ts';

serveHandlers(
  {
    compute: async (payload, { job, progress }) => {
      progress({ stage: 'compute', done: 1 });
      const until = Date.now() + Number(payload);
      while (Date.now() < until);
      return job.id;
    },
    refuse: async () => {
      throw new TouchlineError('INVALID_INPUT', 'no such clip', { details: { clip: 'c' } });
    },
    wait: async (_, { signal }) => {
      await sleep(60_000, undefined, { signal });
      return null;
    },
    crash: async () => {
      setImmediate(() => {
        throw new Error('broken thread');
      });
      await sleep(60_000);
      return null;
    },
  },
  async () => {},
);
