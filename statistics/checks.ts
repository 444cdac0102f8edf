import { TouchlineError } from '../platform/errors.ts';

/** @throws INVALID_INPUT unless every value is a finite number */
export function requireFinite(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new TouchlineError(
        'INVALID_INPUT',
        `${name} holds ${values[i]} at index ${i}: leave out values that are not finite numbers.`,
      );
    }
  }
}

/** @throws INVALID_INPUT unless there are at least `least` values */
export function requireCount(name: string, values: ArrayLike<unknown>, least: number): void {
  if (values.length < least) {
    throw new TouchlineError(
      'INVALID_INPUT',
      `${name} holds ${values.length} values: at least ${least} needed.`,
    );
  }
}

/** @throws INVALID_INPUT unless both have the same length */
export function requireSameLength(name: string, a: ArrayLike<unknown>, b: ArrayLike<unknown>): void {
  if (a.length !== b.length) {
    throw new TouchlineError('INVALID_INPUT', `${name}: ${a.length} and ${b.length} values do not pair up.`);
  }
}

/** @throws INVALID_INPUT unless there are finite values to fit on, as many of `raw` as of `target` */
export function requireFit(name: string, raw: ArrayLike<number>, target: ArrayLike<number>): void {
  requireSameLength(name, raw, target);
  requireCount(name, raw, 1);
  requireFinite(`${name}: raw`, raw);
  requireFinite(`${name}: target`, target);
}
