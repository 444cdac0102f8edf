import { createRequire } from 'node:module';

// Loaders unwrap the default export of this CommonJS package differently; require behaves the same everywhere.
const { default: savitzkyGolay } = createRequire(import.meta.url)(
  'ml-savitzky-golay',
) as typeof import('ml-savitzky-golay');

/**
 * Second-degree Savitzky-Golay filter (Savitzky and Golay 1964). At both ends half a window is mirrored through the end
 * point (odd reflection), so that a straight line keeps its slope.
 * @param derivative 0 smooths, 1 gives the change per frame.
 * @param window odd, at least 5, at most the length of `run`.
 * @example
 * [...filterRun(Float64Array.of(0, 2, 4, 6, 8), 5, 1)].map(Math.round); // => [2, 2, 2, 2, 2]
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
