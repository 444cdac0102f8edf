import { TouchlineError } from '../../../platform/errors.ts';
import { countValues } from '../../../statistics/bins.ts';
import { proportionsZTest } from '../../../statistics/proportions.ts';
import { byTest } from './detector.ts';

const MAX_DISTINCT = 2;

/** z-test of two proportions, for columns with at most two distinct values. */
export const zProportions = byTest(
  'z-proportions',
  ['numeric', 'categorical'],
  (reference, current) => {
    const { values, reference: r, current: c } = countValues(reference, current);
    if (values.length > MAX_DISTINCT) {
      throw new TouchlineError(
        'INVALID_INPUT',
        `The z-test compares the shares of two values, but this column has ${values.length}. Use chi-square.`,
      );
    }
    return proportionsZTest(
      { hits: reference.length - r[0], n: reference.length },
      { hits: current.length - c[0], n: current.length },
    );
  },
  { maxDistinct: MAX_DISTINCT },
);
