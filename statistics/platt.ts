import { requireFit } from './checks.ts';

/** log(1 + e^z) without overflow. */
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/**
 * Platt scaling, `probability = sigmoid(intercept + slope · raw)`: targets are moved inwards from 0 and 1 as in Platt
 * (1999), and the fit is Newton's method with backtracking (Lin, Lin and Weng 2007, algorithm 1).
 * @param outcome 0 and 1.
 * @throws INVALID_INPUT if there are no values, the lengths differ or a value is not finite
 * @example
 * const { slope, intercept } = fitPlatt([-1, 1, -1, 1], [0, 1, 0, 1]);
 * slope; // => 1.0986
 * intercept.toFixed(4); // => '0.0000'
 */
export function fitPlatt(
  raw: ArrayLike<number>,
  outcome: ArrayLike<number>,
  weights?: ArrayLike<number>,
): { slope: number; intercept: number } {
  requireFit('Platt scaling', raw, outcome);
  const weight = (i: number) => (weights ? weights[i] : 1);
  let ones = 0;
  let zeros = 0;
  for (let i = 0; i < raw.length; i++) {
    if (outcome[i] > 0) ones += weight(i);
    else zeros += weight(i);
  }
  const high = (ones + 1) / (ones + 2);
  const low = 1 / (zeros + 2);
  const loss = (slope: number, intercept: number) => {
    let sum = 0;
    for (let i = 0; i < raw.length; i++) {
      const z = intercept + slope * raw[i];
      sum += weight(i) * (softplus(z) - (outcome[i] > 0 ? high : low) * z);
    }
    return sum;
  };

  let slope = 0;
  let intercept = Math.log((ones + 1) / (zeros + 1));
  let current = loss(slope, intercept);
  for (let round = 0; round < 100; round++) {
    // Gradient and Hessian; the ridge keeps the Hessian invertible if raw is constant.
    let gs = 0;
    let gi = 0;
    let hss = 1e-12;
    let hii = 1e-12;
    let hsi = 0;
    for (let i = 0; i < raw.length; i++) {
      const p = 1 / (1 + Math.exp(-(intercept + slope * raw[i])));
      const gradient = weight(i) * (p - (outcome[i] > 0 ? high : low));
      const curvature = weight(i) * p * (1 - p);
      gs += gradient * raw[i];
      gi += gradient;
      hss += curvature * raw[i] * raw[i];
      hii += curvature;
      hsi += curvature * raw[i];
    }
    if (Math.abs(gs) < 1e-10 && Math.abs(gi) < 1e-10) break;
    const determinant = hss * hii - hsi * hsi;
    const stepSlope = -(hii * gs - hsi * gi) / determinant;
    const stepIntercept = -(hss * gi - hsi * gs) / determinant;
    const descent = gs * stepSlope + gi * stepIntercept;
    let step = 1;
    let next = loss(slope + step * stepSlope, intercept + step * stepIntercept);
    while (step > 1e-10 && !(next < current + 1e-4 * step * descent)) {
      step /= 2;
      next = loss(slope + step * stepSlope, intercept + step * stepIntercept);
    }
    if (step <= 1e-10) break;
    slope += step * stepSlope;
    intercept += step * stepIntercept;
    current = next;
  }
  return { slope, intercept };
}
