import type { FeatureColumn, Matrix } from '../../datasets/matrix.ts';
import { seeded } from '../../platform/random.ts';

export const numeric = (name: string): FeatureColumn => ({ name, kind: 'numeric', description: name });

/** Rows with two informative columns, one of noise, one constant and one of three codes; some values are missing. */
export function smallMatrix(
  rows: number,
  options: { task: 'regression' | 'binary'; seed?: number; missing?: number; noise?: number } = {
    task: 'regression',
  },
): Matrix {
  const random = seeded(options.seed ?? 7, 'fixture');
  const columns: FeatureColumn[] = [
    numeric('a'),
    numeric('b'),
    numeric('noise'),
    numeric('constant'),
    {
      name: 'kind',
      kind: 'categorical',
      description: 'kind',
      categories: ['low', 'high', 'middle'],
    },
  ];
  const values = new Float32Array(rows * columns.length);
  const target = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const a = random.normal();
    const b = random.uniform() * 4;
    const kind = random.integer(3);
    const signal = 1.2 * a - 0.8 * (b - 2) + [-1, 1, 0][kind];
    target[row] =
      options.task === 'binary'
        ? Number(random.uniform() < 1 / (1 + Math.exp(-signal)))
        : 5 + signal + (options.noise ?? 0.3) * random.normal();
    values.set([a, b, random.normal(), 3.25, kind], row * columns.length);
    for (let j = 0; j < columns.length; j++)
      if (random.uniform() < (options.missing ?? 0)) values[row * columns.length + j] = Number.NaN;
  }
  return {
    columns,
    values,
    target,
    weight: new Float64Array(rows).fill(1),
    rows: Array.from({ length: rows }, (_, i) => ({ id: `r${i}`, group: `g${i % 20}`, slices: {} })),
  };
}
