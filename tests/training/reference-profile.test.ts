import { describe, expect, it } from 'vitest';
import { referenceProfile } from '../../training/reference-profile.ts';
import { smallMatrix } from './fixtures.ts';

describe('reference profile', () => {
  it('samples 2,000 known values a column and predictions of as many rows', () => {
    const train = smallMatrix(5_000, { task: 'regression', missing: 0.2 });
    const width = train.columns.length;
    const first = (values: Float32Array) =>
      Float64Array.from({ length: values.length / width }, (_, row) => values[row * width]);
    const profile = referenceProfile(train, first, 1);
    expect(profile.rows).toBe(5_000);
    for (const column of profile.columns) {
      expect(column.sample).toHaveLength(2_000);
      expect(column.sample.some(Number.isNaN)).toBe(false);
      expect(Math.abs(column.missing - 0.2)).toBeLessThan(0.03);
    }
    expect(profile.predictions).toHaveLength(2_000);
    expect(referenceProfile(train, first, 1)).toEqual(profile);
    expect(referenceProfile(train, first, 2)).not.toEqual(profile);
  });
});
