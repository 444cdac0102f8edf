import { requireFit } from './checks.ts';

/**
 * A line through weighted points by least squares, `target ≈ intercept + slope · raw`; the slope is 0 if `raw` is constant.
 * @throws INVALID_INPUT if there are no values, the lengths differ or a value is not finite
 * @example
 * fitAffine([1, 2, 3], [3, 5, 7]); // => { slope: 2, intercept: 1 }
 */
export function fitAffine(
  raw: ArrayLike<number>,
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): { slope: number; intercept: number } {
  requireFit('affine calibration', raw, target);
  let total = 0;
  let meanX = 0;
  let meanY = 0;
  let xx = 0;
  let xy = 0;
  // Running means and co-moments lose no digits when values are large compared with their spread.
  for (let i = 0; i < raw.length; i++) {
    const weight = weights ? weights[i] : 1;
    if (weight <= 0) continue;
    total += weight;
    const dx = raw[i] - meanX;
    meanX += (weight / total) * dx;
    meanY += (weight / total) * (target[i] - meanY);
    xx += weight * dx * (raw[i] - meanX);
    xy += weight * dx * (target[i] - meanY);
  }
  const slope = xx > 0 ? xy / xx : 0;
  return { slope, intercept: meanY - slope * meanX };
}
