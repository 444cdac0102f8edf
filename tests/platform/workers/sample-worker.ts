import { setTimeout as sleep } from 'node:timers/promises';
import { TouchlineError } from '../../../platform/errors.ts';
import { hashBytes } from '../../../platform/hash.ts';
import type { CallContext } from '../../../platform/workers/protocol.ts';
import { serve } from '../../../platform/workers/serve.ts';

/** Methods of the workers that `workers.test.ts` opens. */
export function createMethods(setup: { greeting: string; fail?: boolean }) {
  if (setup.fail) throw new TouchlineError('INVALID_CONFIG', 'bad setup');
  let calls = 0;
  return {
    hash: (text: string) => hashBytes(text),
    greet: ({ name, bytes }: { name: string; bytes: Uint8Array }) => ({
      text: `${setup.greeting}, ${name}`,
      sum: bytes.reduce((sum, byte) => sum + byte, 0),
    }),
    count: () => ++calls,
    steps(count: number, { emit }: CallContext<number>) {
      for (let step = 1; step <= count; step++) emit(step);
      return 'done';
    },
    failTyped() {
      const cause = Object.assign(new Error('disk full'), { code: 'ENOSPC', cause: new RangeError('root') });
      throw new TouchlineError('CONFLICT', 'already taken', { cause, details: { id: 7, nested: [1] } });
    },
    failPlain() {
      throw new RangeError('out of range');
    },
    failWithOddDetails() {
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      const details = { kept: 'yes', circular, big: 1n, call: () => 1 };
      throw new TouchlineError('INVALID_INPUT', 'odd details', { details });
    },
    giveFunction: () => () => 1,
    async wait(_: undefined, { signal, emit }: CallContext<string>) {
      emit('waiting');
      await sleep(60_000, undefined, { signal });
    },
    block(_: undefined, { emit }: CallContext<string>) {
      emit('blocking');
      for (;;);
    },
    async crash() {
      setImmediate(() => {
        throw new TouchlineError('CONFLICT', 'uncaught');
      });
      await sleep(60_000);
    },
    exit: () => process.exit(3),
    async close() {
      await sleep(5);
    },
  };
}

serve(createMethods);
