import { setImmediate } from 'node:timers/promises';
import { TouchlineError } from '../../platform/errors.ts';

const MAX_BLOCK_MS = 15;

/**
 * Yields to the event loop whenever a long batch has blocked it for some milliseconds.
 * @returns a function to await between items; it throws PROCESSING_TIMEOUT once the signal is aborted.
 */
export function yieldPeriodically(signal: AbortSignal): (done: number, of: number) => Promise<void> {
  let since = performance.now();
  return async (done, of) => {
    if (performance.now() - since >= MAX_BLOCK_MS) {
      await setImmediate();
      since = performance.now();
    }
    if (signal.aborted)
      throw new TouchlineError('PROCESSING_TIMEOUT', `Only ${done} of ${of} items were done in time.`);
  };
}
