import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SplitRule } from '../../datasets/snapshots/snapshot.ts';
import { groupPosition, splitGroups } from '../../datasets/snapshots/split.ts';
import type { TouchlineError } from '../../platform/errors.ts';

const shares = { train: 0.6, validation: 0.2, test: 0.2 };
const byGroup: SplitRule = { by: 'group', shares };
const byTime: SplitRule = { by: 'time', shares: { train: 0.7, validation: 0.15, test: 0.15 } };
const rowsOf = (groups: readonly string[], each = 3) =>
  groups.flatMap((group, g) =>
    Array.from({ length: each }, () => ({ group, order: String(g).padStart(4, '0') })),
  );
const names = (count: number) => Array.from({ length: count }, (_, i) => `athlete-${i}`);

function errorOf(run: () => unknown): TouchlineError {
  try {
    run();
  } catch (error) {
    return error as TouchlineError;
  }
  throw new Error('nothing was thrown');
}

describe('splitGroups by group', () => {
  it('keeps every known group in its part when others are added', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 40, maxLength: 60 }), (groups) => {
        const few = splitGroups(rowsOf(groups.slice(0, 40)), byGroup);
        const more = splitGroups(rowsOf(groups), byGroup);
        for (const [group, part] of few) expect(more.get(group)).toBe(part);
      }),
      { numRuns: 50 },
    );
  });

  it('fills the parts approximately by their shares', () => {
    const parts = [...splitGroups(rowsOf(names(2_000), 1), byGroup).values()];
    expect(parts.filter((part) => part === 'train').length / 2_000).toBeCloseTo(0.6, 1);
    expect(parts.filter((part) => part === 'test').length / 2_000).toBeCloseTo(0.2, 1);
  });

  it('derives the position of a group from its name', () => {
    expect(groupPosition('athlete-001')).toBe(0.4570802475193467);
    expect(groupPosition('athlete-002')).not.toBe(groupPosition('athlete-001'));
  });
});

describe('splitGroups by time', () => {
  it('splits 500 games in order into 350, 75 and 75', () => {
    const games = Array.from({ length: 500 }, (_, i) => `00215${String(i + 1).padStart(5, '0')}`);
    const parts = splitGroups(rowsOf(games, 1).reverse(), byTime);
    expect(games.map((game) => parts.get(game))).toEqual([
      ...Array(350).fill('train'),
      ...Array(75).fill('validation'),
      ...Array(75).fill('test'),
    ]);
  });

  it('takes the earliest row of a group as its time', () => {
    const rows = rowsOf(names(20));
    rows.push({ group: 'athlete-0', order: '9999' });
    expect(splitGroups(rows, byTime).get('athlete-0')).toBe('train');
  });
});

describe('splitGroups rejects rows that cannot be split', () => {
  it('with the numbers of rows and groups that are needed', () => {
    const error = errorOf(() => splitGroups(rowsOf(names(2), 2), byGroup));
    expect(error.code).toBe('INSUFFICIENT_DATA');
    expect(error.message).toContain('4 rows of 2 groups');
    expect(error.message).toContain('Add 6 rows and 1 groups');
    expect(error.details).toMatchObject({ rows: 4, groups: 2, needed: { rows: 10, groups: 3 } });
  });

  it('with the part that would be empty and the number of groups that would suffice', () => {
    // All three names fall below 0.6.
    const train = names(50)
      .filter((name) => groupPosition(name) < 0.6)
      .slice(0, 3);
    const error = errorOf(() => splitGroups(rowsOf(train, 5), byGroup));
    expect(error.code).toBe('INSUFFICIENT_DATA');
    expect(error.message).toContain('validation and test would be empty');
    expect(error.details.needed).toEqual({ groups: 19 });
  });

  it.each([
    { train: 0.6, validation: 0.2, test: 0.3 },
    { train: 1, validation: 0, test: 0 },
    { train: Number.NaN, validation: 0.5, test: 0.5 },
  ])('with shares that are not positive or do not add up to 1: %o', (wrong) => {
    expect(errorOf(() => splitGroups(rowsOf(names(20)), { by: 'group', shares: wrong })).code).toBe(
      'INVALID_INPUT',
    );
  });
});
