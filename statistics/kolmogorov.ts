import gammaln from '@stdlib/math-base-special-gammaln';

const logFactorial = (n: number): number => gammaln(n + 1);

/** One-sided Pr(D⁺ ≥ x), Smirnov 1944: `x Σ C(n,j) (x + j/n)^(j−1) (1 − x − j/n)^(n−j)`. */
function oneSided(n: number, x: number): number {
  let sum = 0;
  for (let j = 0; j <= Math.floor(n * (1 - x)); j++) {
    const rest = 1 - x - j / n;
    if (rest <= 0) continue;
    const choose = logFactorial(n) - logFactorial(j) - logFactorial(n - j);
    sum += Math.exp(choose + (j - 1) * Math.log(x + j / n) + (n - j) * Math.log(rest));
  }
  return x * sum;
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k];
      if (factor === 0) continue;
      for (let j = 0; j < size; j++) out[i * size + j] += factor * b[k * size + j];
    }
  }
  return out;
}

const BIG = 2 ** 128;

/** Pr(D_n ≤ d) by powers of Durbin's matrix: Marsaglia, Tsang and Wang 2003. */
function durbin(n: number, d: number): number {
  const k = Math.ceil(n * d);
  const h = k - n * d;
  const size = 2 * k - 1;
  let matrix: Float64Array = new Float64Array(size * size);
  const inverse = [1];
  for (let i = 1; i <= size; i++) inverse.push(inverse[i - 1] / i);
  for (let i = 0; i < size; i++) {
    for (let j = 1; j < size; j++) if (i - j + 1 >= 0) matrix[i * size + j] = inverse[i - j + 1];
  }
  for (let i = 0; i < size; i++) {
    const corner = i === size - 1 ? Math.max(2 * h - 1, 0) ** size - h ** size : 0;
    const value = (1 - h ** (i + 1) + corner) * inverse[i + 1];
    matrix[i * size] = value;
    matrix[(size - 1) * size + (size - 1 - i)] = value;
  }
  let power: Float64Array = Float64Array.from({ length: size * size }, (_, i) =>
    i % (size + 1) === 0 ? 1 : 0,
  );
  // Powers of 2^128 that were factored out of each, so that nothing overflows.
  let powerScale = 0;
  let matrixScale = 0;
  const middle = (k - 1) * (size + 1);
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2) {
      power = multiply(power, matrix, size);
      powerScale += matrixScale;
    }
    matrix = multiply(matrix, matrix, size);
    matrixScale *= 2;
    if (matrix[middle] > BIG) {
      matrix = matrix.map((x) => x / BIG);
      matrixScale++;
    }
    if (power[middle] > BIG) {
      power = power.map((x) => x / BIG);
      powerScale++;
    }
  }
  let p = power[middle];
  for (let i = 1; i <= n; i++) {
    p *= i / n;
    if (p < 1 / BIG) {
      p *= BIG;
      powerScale--;
    }
  }
  return p * BIG ** powerScale;
}

/** Pr(D_n ≤ x) by the expansion of Pelz and Good 1976 in Jacobi theta functions; the error is about n^−2. */
function pelzGood(n: number, x: number): number {
  const z = Math.sqrt(n) * x;
  const pi2 = Math.PI ** 2;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  let k0 = 0;
  let k1 = 0;
  let k2 = 0;
  let k3 = 0;
  const terms = Math.ceil((16 * z) / Math.PI);
  for (let k = terms; k >= 1; k--) {
    const m2 = (2 * k - 1) ** 2;
    const m4 = m2 * m2;
    const q = Math.exp((-pi2 * m2) / (8 * z2));
    k0 += q;
    k1 += q * (-z2 + (pi2 / 4) * m2);
    k2 += q * (6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * pi2 * m2) / 4 + (pi2 * pi2 * (1 - 2 * z2) * m4) / 16);
    k3 +=
      q *
      (-30 * z6 -
        90 * z4 * z4 +
        (pi2 * (135 * z4 - 96 * z6) * m2) / 4 +
        (pi2 * pi2 * (-60 * z2 + 212 * z4) * m4) / 16 +
        (pi2 ** 3 * (5 - 30 * z2) * m4 * m2) / 64);
  }
  let extra2 = 0;
  let extra3 = 0;
  for (let k = terms; k >= 1; k--) {
    const q = Math.exp((-pi2 * k * k) / (2 * z2));
    extra2 += k * k * q;
    extra3 += (3 * z2 - pi2 * k * k) * k * k * q;
  }
  const root = Math.sqrt(2 * Math.PI);
  k0 *= root / z;
  k1 *= root / (6 * z4);
  k2 = (k2 * root) / (72 * z6 * z) - (extra2 * pi2 * root) / (36 * z2 * z);
  k3 = (k3 * root) / (6480 * z4 * z6) + (extra3 * pi2 * root) / (216 * z6);
  return k0 + k1 / Math.sqrt(n) + k2 / n + k3 / (n * Math.sqrt(n));
}

/**
 * Pr(D_n ≥ x) of the two-sided statistic of n observations. Chooses among exact and asymptotic forms as Simard and L'Ecuyer
 * 2011 (and scipy's `kstwo.sf`) do; the absolute error is below 1e-10.
 * @example
 * kolmogorovTail(10, 0.2); // => 0.748719040
 */
export function kolmogorovTail(n: number, x: number): number {
  const t = n * x;
  if (t <= 0.5) return 1;
  if (x >= 1) return 0;
  const z2 = t * x;
  let tail: number;
  if (t <= 1) tail = 1 - Math.exp(logFactorial(n) - n * Math.log(n) + n * Math.log(2 * t - 1));
  else if (t >= n - 1) tail = 2 * (1 - x) ** n;
  else if (x >= 0.5 || z2 > (n <= 140 ? 4 : 2.2)) tail = z2 >= 370 ? 0 : 2 * oneSided(n, x);
  else if (n <= 140 || (n <= 100_000 && n * x ** 1.5 <= 1.4)) tail = 1 - durbin(n, x);
  else tail = 1 - pelzGood(n, x);
  return Math.min(1, Math.max(0, tail));
}
