/** How long a network trains and in what batches: from sizes alone, never from a clock, so that fits are reproducible. */
export interface Schedule {
  batch: number;
  epochs: number;
}

/** Overhead of a step in milliseconds, and multiplications per millisecond: wasm on one core of 2024. */
const STEP_MS = 0.25;
const PER_MS = 7.5e6;

/**
 * Batches grow with the rows, and epochs are cut so that training takes about `seconds`; small data keep
 * `batch` and `epochs` unchanged.
 * @param weights number of parameters of the network.
 * @example
 * const wanted = { batch: 32, epochs: 200, seconds: 30 };
 * planSchedule(1_000, 13_000, wanted); // => { batch: 32, epochs: 200 }
 * planSchedule(10_000_000, 13_000, wanted); // => { batch: 2048, epochs: 1 }
 */
export function planSchedule(
  rows: number,
  weights: number,
  wanted: { batch: number; epochs: number; seconds: number },
): Schedule {
  let { batch } = wanted;
  while (rows / batch > 640 && batch < 2_048) batch *= 2;
  // Forward, and backward for weights and inputs: three products of batch × weights.
  const epochMs = (rows / batch) * STEP_MS + (3 * rows * weights) / PER_MS;
  const affordable = Math.floor((wanted.seconds * 1_000) / epochMs);
  return { batch, epochs: Math.max(1, Math.min(wanted.epochs, affordable)) };
}
