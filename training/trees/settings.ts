import { TouchlineError } from '../../platform/errors.ts';
import type { Params } from '../estimator.ts';

/** Bounds of one numeric parameter, ends included. */
export interface Bounds {
  low: number;
  high: number;
  whole?: boolean;
}

/**
 * Merges parameters over defaults and checks each of them.
 * @throws INVALID_INPUT naming the parameter, its value and its bounds, or the names that exist.
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
