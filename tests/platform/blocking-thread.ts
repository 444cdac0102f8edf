// A thread whose handlers compute without a pause, fail, wait or crash.
import { setTimeout as sleep } from 'node:timers/promises';
import { TouchlineError } from '../../platform/errors.ts';
import { handlerMethods } from '../../platform/queue/handler-thread.ts';
import { serve } from '../../platform/workers/serve.ts';

serve(
  handlerMethods({
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
  }),
);
