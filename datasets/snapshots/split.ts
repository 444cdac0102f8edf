import { TouchlineError } from '../../platform/errors.ts';
import { hashBytes } from '../../platform/hash.ts';
import type { GoldRow, Part, SplitRule } from './snapshot.ts';

export const PARTS: readonly Part[] = ['train', 'validation', 'test'];

/** How a product's rows are split unless it declares otherwise. */
export const DEFAULT_SPLIT = {
  by: 'group',
  shares: { train: 0.6, validation: 0.2, test: 0.2 },
} as const satisfies SplitRule;

/** The minimum numbers of rows and groups that can be split. */
interface SplitNeeds {
  rows: number;
  groups: number;
}

const DEFAULT_NEEDS: SplitNeeds = { rows: 10, groups: 3 };

/**
 * The position of a group in [0, 1): the first 48 bits of the SHA-256 of its name.
 * @example
 * groupPosition('athlete-001'); // => 0.457080
 */
export function groupPosition(group: string): number {
  return Number.parseInt(hashBytes(`group:${group}`).slice(0, 12), 16) / 2 ** 48;
}

function partAt(position: number, shares: SplitRule['shares']): Part {
  if (position < shares.train) return 'train';
  return position < shares.train + shares.validation ? 'validation' : 'test';
}

function byTime(rows: readonly Pick<GoldRow, 'group' | 'order'>[], shares: SplitRule['shares']) {
  const first = new Map<string, string>();
  for (const { group, order } of rows) {
    const known = first.get(group);
    if (known === undefined || order < known) first.set(group, order);
  }
  const groups = [...first].sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x < y ? -1 : 1));
  const validationFrom = Math.round(shares.train * groups.length);
  const testFrom = Math.round((shares.train + shares.validation) * groups.length);
  return new Map<string, Part>(
    groups.map(([group], i) => [group, i < validationFrom ? 'train' : i < testFrom ? 'validation' : 'test']),
  );
}

/**
 * Assigns every group to one part. By group the part depends only on the group's name and does not change when others are
 * added; by time it depends on the order of all groups.
 * @throws INVALID_INPUT unless the shares are positive and add up to 1; INSUFFICIENT_DATA, with the numbers needed, if
 * there are too few rows or groups or a part would be empty
 * @example
 * const games = ['g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7', 'g8', 'g9', 'g10'];
 * const rows = games.map((group, i) => ({ group, order: `2025-01-${10 + i}` }));
 * const parts = splitGroups(rows, { by: 'time', shares: { train: 0.8, validation: 0.1, test: 0.1 } });
 * [parts.get('g8'), parts.get('g9'), parts.get('g10')]; // => ['train', 'validation', 'test']
 */
export function splitGroups(
  rows: readonly Pick<GoldRow, 'group' | 'order'>[],
  rule: SplitRule,
  needs: SplitNeeds = DEFAULT_NEEDS,
): Map<string, Part> {
  const shares = PARTS.map((part) => rule.shares[part]);
  const sum = shares.reduce((a, b) => a + b, 0);
  if (shares.some((share) => !(share > 0)) || Math.abs(sum - 1) > 1e-9) {
    throw new TouchlineError('INVALID_INPUT', `Split shares must be positive and add up to 1, not ${sum}.`, {
      details: { shares: rule.shares },
    });
  }
  const groups = new Set(rows.map((row) => row.group));
  const missingRows = Math.max(0, needs.rows - rows.length);
  const missingGroups = Math.max(0, needs.groups - groups.size);
  if (missingRows > 0 || missingGroups > 0) {
    throw new TouchlineError(
      'INSUFFICIENT_DATA',
      `${rows.length} rows of ${groups.size} groups cannot be split: at least ${needs.rows} rows of ${needs.groups} groups are needed. ` +
        `Add ${missingRows} rows and ${missingGroups} groups or more.`,
      { details: { rows: rows.length, groups: groups.size, needed: { ...needs } } },
    );
  }
  const parts =
    rule.by === 'time'
      ? byTime(rows, rule.shares)
      : new Map([...groups].map((group) => [group, partAt(groupPosition(group), rule.shares)]));
  const counts = countParts(parts);
  const empty = PARTS.filter((part) => counts[part] === 0);
  if (empty.length > 0) {
    const smallest = Math.min(...shares);
    // With this many groups every part has one with a probability of 95 % (by group) or certainly (by time).
    const enough = Math.max(groups.size + 1, Math.ceil(Math.log(0.05 / 3) / Math.log(1 - smallest)));
    throw new TouchlineError(
      'INSUFFICIENT_DATA',
      `With ${groups.size} groups ${empty.join(' and ')} would be empty: each part needs at least 1 group. ` +
        `Add groups (about ${enough} are needed with these shares), or give ${empty.join(' and ')} a larger share.`,
      { details: { groups: groups.size, counts, needed: { groups: enough } } },
    );
  }
  return parts;
}

function countParts(parts: ReadonlyMap<string, Part>): Record<Part, number> {
  const counts: Record<Part, number> = { train: 0, validation: 0, test: 0 };
  for (const part of parts.values()) counts[part]++;
  return counts;
}
