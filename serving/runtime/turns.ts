import { setImmediate } from 'node:timers/promises';
import { TouchlineError } from '../../platform/errors.ts';

const LONGEST_MS = 15;

/**
 * Lets others have their turn of the event loop where a long batch has held it for some milliseconds.
 * @returns to be awaited between items; PROCESSING_TIMEOUT once the signal is set.
 */
export function takingTurns(signal: AbortSignal): (done: number, of: number) => Promise<void> {
  let since = performance.now();
  return async (done, of) => {
    if (performance.now() - since >= LONGEST_MS) {
      await setImmediate();
      since = performance.now();
    }
    if (signal.aborted)
      throw new TouchlineError('PROCESSING_TIMEOUT', `Only ${done} of ${of} items were done in time.`);
  };
}
