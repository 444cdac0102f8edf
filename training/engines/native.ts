import { TouchlineError } from '../../platform/errors.ts';
import type { Library } from './library.ts';

/** Address of something that the library made. */
export type Handle = bigint;

/** Declares functions of a library that answer 0 where all went well. */
export type Declare = <Args extends unknown[]>(prototype: string) => (...args: Args) => void;

/** @param lastError function of the library that says what went wrong in this thread. */
export function declarer({ handle }: Library, title: string, lastError: string): Declare {
  const said = handle.func(`const char *${lastError}()`);
  return (prototype) => {
    const call = handle.func(prototype);
    return (...args) => {
      if (call(...args) === 0) return;
      const [reason] = String(said()).split('\n');
      throw new TouchlineError('INTERNAL', `${title} failed: ${reason}`);
    };
  };
}

/** What a library made for one piece of work, freed last first, however the work ends. */
export function withHandles<T>(
  work: (keep: (handle: Handle, free: (handle: Handle) => void) => void) => T,
): T {
  const frees: (() => void)[] = [];
  try {
    return work((handle, free) => frees.unshift(() => free(handle)));
  } finally {
    for (const free of frees) free();
  }
}

/** Runs a function that writes a handle into its last argument. */
export function made(call: (out: [Handle | null]) => void): Handle {
  const out: [Handle | null] = [null];
  call(out);
  return out[0] as Handle;
}
