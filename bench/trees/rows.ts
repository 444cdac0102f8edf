import { seeded } from '../../platform/random.ts';

/** Normal columns, of which the first eight influence the target through hinges, steps and products. */
export function syntheticRows(
  { task, width }: { task: 'regression' | 'binary'; width: number },
  rows: number,
): { values: Float32Array<ArrayBuffer>; target: Float32Array<ArrayBuffer> } {
  const random = seeded(1, `bench trees ${width}`);
  const values = new Float32Array(rows * width);
  const target = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const x = values.subarray(row * width, (row + 1) * width);
    for (let column = 0; column < width; column++) x[column] = random.normal();
    const signal =
      Math.sin(2 * x[0]) +
      x[1] * x[2] +
      (x[3] > 0.5 ? 1 : 0) +
      0.5 * x[4] +
      0.3 * x[5] * x[5] -
      0.5 * Math.abs(x[6]);
    target[row] =
      task === 'binary'
        ? Number(random.uniform() < 1 / (1 + Math.exp(-signal)))
        : signal + 0.5 * x[7] * random.normal();
  }
  return { values, target };
}
