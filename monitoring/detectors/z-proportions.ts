import { TouchlineError } from '../../platform/errors.ts';
import { countValues } from '../../statistics/bins.ts';
import { proportionsZTest } from '../../statistics/proportions.ts';
import { byTest } from './detector.ts';

/** z-test of one share, for columns of two values or one. */
export const zProportions = byTest('z-proportions', ['numeric', 'categorical'], (reference, current) => {
  const { values, reference: r, current: c } = countValues(reference, current);
  if (values.length > 2) {
    throw new TouchlineError(
      'INVALID_INPUT',
      `The z-test compares shares of two values: this column has ${values.length}. Use chi-square.`,
    );
  }
  return proportionsZTest(
    { hits: reference.length - r[0], n: reference.length },
    { hits: current.length - c[0], n: current.length },
  );
});
