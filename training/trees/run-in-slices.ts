import { setImmediate } from 'node:timers/promises';

/** Milliseconds of computing before the event loop gets its turn. */
const SLICE_MS = 10;

/** Values × trees below which the calling thread finishes before another thread would have started. */
export const SMALL_FIT = 3e6;

/**
 * Runs the steps of a generator in the calling thread, a slice at a time, so that the event loop stays responsive.
 * @param onStep receives what each step yields.
 */
export async function runInSlices<S, R>(
  steps: Generator<S, R>,
  onStep: (step: S) => void,
  signal?: AbortSignal,
): Promise<R> {
  let since = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    onStep(step.value);
    if (performance.now() - since < SLICE_MS) continue;
    await setImmediate();
    signal?.throwIfAborted();
    since = performance.now();
  }
}
