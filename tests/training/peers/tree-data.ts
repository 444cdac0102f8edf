import type { Matrix } from '../../../datasets/matrix.ts';
import type { Task } from '../../../models/definition.ts';
import { numeric } from '../fixtures.ts';

/**
 * The rows that `make_tree_fixture.py` makes in the same way: six columns of 64 values each, so that every histogram
 * booster tells all values apart, a tenth of the second column missing, from a linear congruential generator.
 */
export function peerMatrix(rows: number, task: Task): Matrix {
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const width = 6;
  const values = new Float32Array(rows * width);
  const target = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const x = Array.from({ length: width }, () => Math.floor(next() * 64) / 64);
    const lost = next() < 0.1;
    const signal = 4 * (x[0] - 0.5) * (x[1] + 0.5) + (x[2] > 0.7 ? 1.5 : 0) + x[3] * x[3] + (lost ? 1 : 0);
    const noise = next() - 0.5;
    target[row] =
      task === 'binary' ? Number(signal + 4 * noise > 1) : Math.round((signal + noise) * 256) / 256;
    if (lost) x[1] = Number.NaN;
    values.set(x, row * width);
  }
  return {
    columns: Array.from({ length: width }, (_, column) => numeric(`x${column}`)),
    values,
    target,
    weight: new Float64Array(rows).fill(1),
    rows: Array.from({ length: rows }, (_, row) => ({ id: `r${row}`, group: `g${row}`, slices: {} })),
  };
}
