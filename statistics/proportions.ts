import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { TouchlineError } from '../platform/errors.ts';

/**
 * Two-sided z-test of the equality of two proportions, with their pooled estimate. The statistic is 0 and p = 1 if all or
 * none hit on both sides.
 * @throws INVALID_INPUT unless 0 ≤ hits ≤ n and n ≥ 1 on both sides
 * @example
 * const { statistic, pValue } = proportionsZTest({ hits: 20, n: 40 }, { hits: 18, n: 60 });
 * statistic; // => 2.018589
 * pValue; // => 0.043530
 */
export function proportionsZTest(
  reference: { hits: number; n: number },
  current: { hits: number; n: number },
): { statistic: number; pValue: number } {
  for (const { hits, n } of [reference, current]) {
    if (!(n >= 1 && hits >= 0 && hits <= n)) {
      throw new TouchlineError(
        'INVALID_INPUT',
        `Proportions need 0 ≤ hits ≤ n and n ≥ 1: got ${hits} of ${n}.`,
      );
    }
  }
  const pooled = (reference.hits + current.hits) / (reference.n + current.n);
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / reference.n + 1 / current.n));
  if (spread === 0) return { statistic: 0, pValue: 1 };
  const statistic = (reference.hits / reference.n - current.hits / current.n) / spread;
  return { statistic, pValue: 2 * normalCdf(-Math.abs(statistic), 0, 1) };
}
