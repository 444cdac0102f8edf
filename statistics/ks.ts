import { requireCount, requireFinite } from './checks.ts';
import { kolmogorovTail } from './kolmogorov.ts';

export interface KolmogorovSmirnov {
  /** Largest distance between the two distribution functions, 0–1. */
  statistic: number;
  /** Two-sided. Exact if both samples hold at most 10,000 values, else of the one-sample distribution at nm/(n+m). */
  pValue: number;
  method: 'exact' | 'asymptotic';
}

const EXACT_UP_TO = 10_000;

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/**
 * Pr(D ≥ h / lcm) for samples of m and n values: the share of lattice paths from (0,0) to (m,n) that leave the band
 * |nx − my| / g < h, by recursion over the inside of the band (Hodges 1958, section 2; with weighted steps, so that every
 * term stays within 0–1).
 */
function exactTail(m: number, n: number, g: number, h: number): number {
  const stepX = n / g;
  const stepY = m / g;
  const outside = new Float64Array(n + 1).fill(1);
  for (let x = 0; x <= m; x++) {
    const low = Math.max(0, Math.floor((stepX * x - h) / stepY) + 1);
    const high = Math.min(n, Math.ceil((stepX * x + h) / stepY) - 1);
    if (low > high) return 1;
    let before = 1;
    for (let y = low; y <= high; y++) {
      before = x + y === 0 ? 0 : (x * outside[y] + y * before) / (x + y);
      outside[y] = before;
    }
  }
  return outside[n];
}

/**
 * Two-sample Kolmogorov-Smirnov test, two-sided, like scipy's `ks_2samp` with its defaults.
 * @throws INVALID_INPUT if a sample is empty or holds a value that is not finite
 * @example
 * const { statistic, pValue, method } = kolmogorovSmirnov([1, 2, 3, 4], [5, 6, 7, 8]);
 * statistic; // => 1
 * pValue; // => 0.028571
 * method; // => 'exact'
 */
export function kolmogorovSmirnov(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
): KolmogorovSmirnov {
  for (const [name, values] of [
    ['reference', reference],
    ['current', current],
  ] as const) {
    requireCount(name, values, 1);
    requireFinite(name, values);
  }
  const a = new Float64Array(reference).sort();
  const b = new Float64Array(current).sort();
  const m = a.length;
  const n = b.length;
  // |F − G| · mn as an integer, so that ties are exact.
  let gap = 0;
  for (let i = 0, j = 0; i < m && j < n; ) {
    const x = Math.min(a[i], b[j]);
    while (i < m && a[i] === x) i++;
    while (j < n && b[j] === x) j++;
    gap = Math.max(gap, Math.abs(i * n - j * m));
  }
  const statistic = gap / (m * n);
  const effective = (m * n) / (m + n);
  if (Math.max(m, n) > EXACT_UP_TO) {
    const pValue = kolmogorovTail(Math.round(effective), statistic);
    return { statistic, pValue, method: 'asymptotic' };
  }
  const g = gcd(m, n);
  const pValue = gap === 0 ? 1 : exactTail(Math.max(m, n), Math.min(m, n), g, gap / g);
  return { statistic, pValue, method: 'exact' };
}
