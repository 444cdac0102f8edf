import { TouchlineError } from '../../platform/errors.ts';
import type { Library } from './library.ts';

/** Address of something that the library allocated. */
export type Handle = bigint;

/** Declares a function of a library that returns 0 on success. */
export type Declare = <Args extends unknown[]>(prototype: string) => (...args: Args) => void;

/** @param lastError function of the library that returns the last error of this thread. */
export function declarer({ handle }: Library, title: string, lastError: string): Declare {
  const readError = handle.func(`const char *${lastError}()`);
  return (prototype) => {
    const call = handle.func(prototype);
    return (...args) => {
      if (call(...args) === 0) return;
      const [reason] = String(readError()).split('\n');
      throw new TouchlineError('INTERNAL', `${title} failed: ${reason}`);
    };
  };
}

/** Frees what a library allocated for one piece of work, in reverse order, however the work ends. */
export async function withHandles<T>(
  work: (keep: (handle: Handle, free: (handle: Handle) => void) => void) => Promise<T>,
): Promise<T> {
  const frees: (() => void)[] = [];
  try {
    return await work((handle, free) => frees.unshift(() => free(handle)));
  } finally {
    for (const free of frees) free();
  }
}

/** Calls a function that writes a handle into its last argument. */
export function outputHandle(call: (out: [Handle | null]) => void): Handle {
  const out: [Handle | null] = [null];
  call(out);
  return out[0] as Handle;
}
