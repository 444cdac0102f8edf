/** Milliseconds that the calling thread works before it lets others in. */
const SLICE = 10;

/** Values × trees below which the calling thread is done before another one has started. */
export const SMALL = 3e6;

/** Runs small work to its end in the calling thread, a slice at a time. */
export async function inSlices<S, R>(
  steps: Generator<S, R>,
  each: (step: S) => void,
  signal?: AbortSignal,
): Promise<R> {
  let since = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    each(step.value);
    if (performance.now() - since < SLICE) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    since = performance.now();
  }
}
