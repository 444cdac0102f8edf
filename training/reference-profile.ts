import type { Matrix } from '../datasets/matrix.ts';
import type { ReferenceProfile } from '../models/package/package.ts';
import { seeded } from '../platform/random.ts';

const MOST_VALUES = 2_000;

/** `count` of the rows, in seeded order. */
export function sampleRows(rows: number, count: number, seed: number, stream: string): number[] {
  const order = seeded(seed, stream).shuffle(Array.from({ length: rows }, (_, i) => i));
  return order.slice(0, count);
}

/**
 * Profile of the training rows, for drift: for each column the share of missing values and up to 2,000 known ones; and
 * up to 2,000 outputs. The same seed samples the same rows.
 * @param outputs scores or probabilities.
 */
export function referenceProfile(train: Matrix, outputs: Float64Array, seed: number): ReferenceProfile {
  const width = train.columns.length;
  const count = train.rows.length;
  const order = sampleRows(count, count, seed, 'reference');
  const columns = train.columns.map((column, j) => {
    const sample: number[] = [];
    let missing = 0;
    for (const row of order) {
      const value = train.values[row * width + j];
      if (Number.isNaN(value)) missing++;
      else if (sample.length < MOST_VALUES) sample.push(value);
    }
    return { name: column.name, kind: column.kind, missing: count > 0 ? missing / count : 0, sample };
  });
  const predictions = sampleRows(outputs.length, MOST_VALUES, seed, 'outputs').map((row) =>
    Math.fround(outputs[row]),
  );
  return { rows: count, columns, predictions };
}
