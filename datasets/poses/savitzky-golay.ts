import { createRequire } from 'node:module';

// A CommonJS package whose default export loaders unwrap differently; require gives the same everywhere.
const { default: savitzkyGolay } = createRequire(import.meta.url)(
  'ml-savitzky-golay',
) as typeof import('ml-savitzky-golay');

/**
 * Second-degree Savitzky-Golay filter with ends: the first and last half window are mirrored through the end points
 * (odd reflection), so that a straight line keeps its slope there.
 * @param derivative 0 smooths, 1 gives the change a frame.
 * @param window odd, at least 5, at most the length of `run`.
 */
export function filterRun(run: Float64Array, window: number, derivative: 0 | 1): Float64Array {
  const half = (window - 1) / 2;
  const last = run.length - 1;
  const padded = [
    ...Array.from({ length: half }, (_, i) => 2 * run[0] - run[half - i]),
    ...run,
    ...Array.from({ length: half }, (_, i) => 2 * run[last] - run[last - 1 - i]),
  ];
  return Float64Array.from(
    savitzkyGolay(padded, 1, { windowSize: window, polynomial: 2, derivative, pad: 'none' }),
  );
}
