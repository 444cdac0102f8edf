import { TouchlineError } from '../../platform/errors.ts';
import type { Params } from '../estimator.ts';

/** Inclusive bounds of a numeric parameter. */
export interface Bounds {
  low: number;
  high: number;
  whole?: boolean;
}

const SHARE: Bounds = { low: 0.01, high: 1 };

/** Bounds that forests and boosting share. */
export const TREE_BOUNDS = { columnSample: SHARE, bins: { low: 2, high: 255, whole: true } };

export interface BoostSettings {
  trees: number;
  depth: number;
  rate: number;
  rowSample: number;
  columnSample: number;
  earlyStopping: number;
  lambda: number;
  gamma: number;
  minChildWeight: number;
  bins: number;
}

/** Parameters of every boosting estimator. */
export const BOOSTING: Readonly<{
  defaults: Record<keyof BoostSettings, number>;
  bounds: Record<keyof BoostSettings, Bounds>;
}> = {
  defaults: {
    trees: 500,
    depth: 6,
    rate: 0.1,
    rowSample: 0.8,
    columnSample: 0.8,
    earlyStopping: 50,
    lambda: 1,
    gamma: 0,
    minChildWeight: 1,
    bins: 255,
  },
  bounds: {
    trees: { low: 1, high: 100_000, whole: true },
    depth: { low: 1, high: 16, whole: true },
    rate: { low: 1e-6, high: 1 },
    rowSample: SHARE,
    earlyStopping: { low: 0, high: 100_000, whole: true },
    lambda: { low: 0, high: 1e9 },
    gamma: { low: 0, high: 1e9 },
    minChildWeight: { low: 0, high: 1e9 },
    ...TREE_BOUNDS,
  },
};

/**
 * Merges parameters over defaults and checks each of them.
 * @throws INVALID_INPUT naming the parameter, its value and its bounds, or the parameters that exist
 * @example
 * const bounds = { depth: { low: 1, high: 16, whole: true } };
 * readSettings('boosting', { depth: 6 }, bounds, {}); // => { depth: 6 }
 * readSettings('boosting', { depth: 6 }, bounds, { depth: 3 }); // => { depth: 3 }
 */
export function readSettings<K extends string>(
  estimator: string,
  defaults: Record<K, number>,
  bounds: Record<K, Bounds>,
  params: Params,
): Record<K, number> {
  const settings = { ...defaults };
  for (const [name, value] of Object.entries(params)) {
    if (!(name in bounds))
      throw new TouchlineError(
        'INVALID_INPUT',
        `${estimator} has no parameter "${name}"; it has ${Object.keys(bounds).join(', ')}.`,
        { details: { parameter: name } },
      );
    const { low, high, whole } = bounds[name as K];
    const fits = typeof value === 'number' && value >= low && value <= high;
    if (!fits || (whole && !Number.isInteger(value)))
      throw new TouchlineError(
        'INVALID_INPUT',
        `${estimator}: ${name} is ${JSON.stringify(value)}; it must be a ${whole ? 'whole ' : ''}number from ${low} to ${high}.`,
        { details: { parameter: name, value, low, high } },
      );
    settings[name as K] = value;
  }
  return settings;
}
