import type { Matrix } from '../datasets/matrix.ts';
import type { Standardizer } from '../models/definition.ts';

/** The known values of one column, ascending. */
export function sortedKnown(matrix: Matrix, column: number): Float32Array {
  const width = matrix.columns.length;
  const known: number[] = [];
  for (let at = column; at < matrix.values.length; at += width) {
    if (!Number.isNaN(matrix.values[at])) known.push(matrix.values[at]);
  }
  return Float32Array.from(known).sort();
}

/**
 * Linear interpolation between order statistics (R type 7).
 * @param sorted ascending, not empty.
 * @example
 * quantile([1, 2, 3, 4], 0.5); // => 2.5
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

function mode(sorted: Float32Array): number {
  let best = sorted[0];
  let bestCount = 0;
  for (let i = 0; i < sorted.length; ) {
    let j = i;
    while (j < sorted.length && sorted[j] === sorted[i]) j++;
    if (j - i > bestCount) [best, bestCount] = [sorted[i], j - i];
    i = j;
  }
  return best;
}

/**
 * Learns imputation (median; the most frequent code of categorical columns), mean and scale from training rows. Columns
 * that are constant or always missing get scale 1 and so standardise to 0; codes are centred, not scaled.
 */
export function fitStandardizer(train: Matrix): Standardizer {
  const width = train.columns.length;
  const impute = new Float32Array(width);
  const mean = new Float32Array(width);
  const scale = new Float32Array(width).fill(1);
  train.columns.forEach((column, j) => {
    const sorted = sortedKnown(train, j);
    if (sorted.length === 0) return;
    impute[j] = column.kind === 'categorical' ? mode(sorted) : quantile(sorted, 0.5);
    let sum = 0;
    let squares = 0;
    const rows = train.rows.length;
    const value = (row: number) => {
      const x = train.values[row * width + j];
      return Number.isNaN(x) ? impute[j] : x;
    };
    for (let row = 0; row < rows; row++) sum += value(row);
    // The mean of a constant column is its exact value, so that it standardises to 0 without rounding.
    mean[j] = sorted[0] === sorted[sorted.length - 1] ? sorted[0] : sum / rows;
    for (let row = 0; row < rows; row++) squares += (value(row) - mean[j]) ** 2;
    const deviation = Math.fround(Math.sqrt(squares / rows));
    if (column.kind === 'numeric' && deviation > 1e-6 * Math.max(1e-6, Math.abs(mean[j])))
      scale[j] = deviation;
  });
  return { impute, mean, scale };
}
