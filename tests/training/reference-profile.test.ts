import { describe, expect, it } from 'vitest';
import { referenceProfile } from '../../training/reference-profile.ts';
import { smallMatrix } from './fixtures.ts';

describe('reference profile', () => {
  it('samples 2,000 known values per column and 2,000 predictions', () => {
    const train = smallMatrix(5_000, { task: 'regression', missing: 0.2 });
    const outputs = Float64Array.from({ length: 3_000 }, (_, row) => row / 3_000);
    const profile = referenceProfile(train, outputs, 1);
    expect(profile.rows).toBe(5_000);
    for (const column of profile.columns) {
      expect(column.sample).toHaveLength(2_000);
      expect(column.sample.some(Number.isNaN)).toBe(false);
      expect(Math.abs(column.missing - 0.2)).toBeLessThan(0.03);
    }
    expect(new Set(profile.predictions).size).toBe(2_000);
    expect(referenceProfile(train, outputs, 1)).toEqual(profile);
    expect(referenceProfile(train, outputs, 2)).not.toEqual(profile);
  });
});
