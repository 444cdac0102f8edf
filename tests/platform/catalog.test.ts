import { describe, expect, it } from 'vitest';
import { catalogOf } from '../../platform/catalog.ts';

const fruit = [{ name: 'apple' }, { name: 'pear' }];

describe('a catalog', () => {
  it('finds an entry by its name', () => {
    expect(catalogOf('fruit', fruit).named('pear')).toBe(fruit[1]);
  });

  it('keeps the order in which entries are listed', () => {
    expect(catalogOf('fruit', fruit).names).toEqual(['apple', 'pear']);
  });

  it('lists the known names where a name is unknown', () => {
    expect(() => catalogOf('fruit', fruit, 'NOT_FOUND').named('toString')).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message: "There is no fruit 'toString': use one of apple, pear.",
      }),
    );
  });

  it('refuses two entries of one name', () => {
    expect(() => catalogOf('fruit', [...fruit, { name: 'pear' }])).toThrow("named 'pear'");
  });
});
