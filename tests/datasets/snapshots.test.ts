import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureSet } from '../../datasets/features/feature-set.ts';
import { createSnapshot } from '../../datasets/snapshots/create-snapshot.ts';
import { readTest } from '../../datasets/snapshots/read-test.ts';
import { readTraining } from '../../datasets/snapshots/read-training.ts';
import type { GoldRow, SplitRule } from '../../datasets/snapshots/snapshot.ts';
import { splitGroups } from '../../datasets/snapshots/split.ts';
import { getSnapshot, latestSnapshot, snapshots } from '../../datasets/snapshots/stored-snapshots.ts';
import type { Blobs } from '../../platform/blobs/blobs.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { seeded } from '../../platform/random.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Store } from '../../platform/store/store.ts';

/** Two plain columns and a fitted one: the mean target of the row's club, without its own group for train rows. */
const features: FeatureSet<never> = {
  name: 'toy',
  version: 1,
  columns: [
    { name: 'knee', kind: 'numeric', description: 'Knee.', range: [0, 180] },
    { name: 'speed', kind: 'numeric', description: 'Speed.', optional: true },
  ],
  extract: () => [],
  fitted: [
    {
      name: 'club_mean',
      columns: [{ name: 'club_mean', kind: 'numeric', description: 'Mean target of the club.' }],
      fit: (rows) => means(rows),
      apply: (state, input) => [(state as Record<string, number>)[input as string] ?? Number.NaN],
      outOfFold: (rows) =>
        rows.map((row) => [
          means(rows.filter(({ group }) => group !== row.group))[row.input as string] ?? Number.NaN,
        ]),
    },
  ],
};

function means(rows: readonly { input: unknown; target: number }[]): Record<string, number> {
  const clubs = new Map<string, number[]>();
  for (const { input, target } of rows)
    clubs.set(input as string, [...(clubs.get(input as string) ?? []), target]);
  return Object.fromEntries(
    [...clubs].map(([club, targets]) => [club, targets.reduce((a, b) => a + b, 0) / targets.length]),
  );
}

const split: SplitRule = { by: 'group', shares: { train: 0.6, validation: 0.2, test: 0.2 } };

function goldRows(groups = 30, each = 4): GoldRow[] {
  const random = seeded(7);
  return Array.from({ length: groups * each }, (_, i) => ({
    id: `row-${i}`,
    group: `athlete-${i % groups}`,
    order: String(i).padStart(5, '0'),
    target: 10 * random.uniform(),
    values: [180 * random.uniform(), i % 5 === 0 ? null : random.normal()],
    inputs: { club_mean: `club-${i % 3}` },
    slices: { action: i % 2 === 0 ? 'shot' : 'pass' },
    ratings: [{ rater: 'a', score: 5 }],
  }));
}

let folder: string;
let store: Store;
let blobs: Blobs;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchline-snapshots-'));
  store = openSqliteStore({ path: ':memory:' });
  blobs = openFolderBlobs({ path: folder });
});
afterEach(async () => {
  await store.close();
  await blobs.close();
  rmSync(folder, { recursive: true, force: true });
});

const freeze = (rows: Iterable<GoldRow>, clock?: () => Date) =>
  createSnapshot({ product: 'toy', features, split, rows }, { store, blobs, ...(clock ? { clock } : {}) });

describe('createSnapshot', () => {
  it('returns an equal snapshot for equal rows in any order, at any time', async () => {
    const first = await freeze(goldRows(), () => new Date('2025-01-01T00:00:00Z'));
    const again = await freeze(goldRows().reverse(), () => new Date('2026-01-01T00:00:00Z'));
    expect(again).toEqual(first);
    expect(first.id).toBe(`toy-${first.hash.slice(0, 12)}`);
    expect(await snapshots(store).count()).toBe(1);
  });

  it('does not depend on the order of keys in a row', async () => {
    const turned = goldRows().map(
      (row) => Object.fromEntries(Object.entries(row).reverse()) as unknown as GoldRow,
    );
    expect((await freeze(turned)).hash).toBe((await freeze(goldRows())).hash);
  });

  it.each([
    [
      'a target',
      (rows: GoldRow[]) => {
        rows[3].target += 1e-9;
      },
    ],
    [
      'a value',
      (rows: GoldRow[]) => {
        rows[3].values[0] = null;
      },
    ],
    [
      'a slice',
      (rows: GoldRow[]) => {
        rows[3].slices.action = 'jump';
      },
    ],
    [
      'a fitted input',
      (rows: GoldRow[]) => {
        rows[3].inputs = { club_mean: 'other' };
      },
    ],
    [
      'a rating',
      (rows: GoldRow[]) => {
        rows[3].ratings!.pop();
      },
    ],
    [
      'one row less',
      (rows: GoldRow[]) => {
        rows.pop();
      },
    ],
  ])('gives another hash for %s', async (_, change) => {
    const rows = goldRows();
    change(rows);
    expect((await freeze(rows)).hash).not.toBe((await freeze(goldRows())).hash);
  });

  it('counts rows and groups by part and profiles the columns', async () => {
    const rows = goldRows();
    rows[0].values[0] = 999;
    const snapshot = await freeze(rows);
    const { train, validation, test } = snapshot.splits;
    expect(train.rows + validation.rows + test.rows).toBe(120);
    expect(train.groups + validation.groups + test.groups).toBe(snapshot.groups);
    expect(snapshot.quality.find(({ rule }) => rule === 'range')).toMatchObject({
      passed: false,
      detail: expect.stringContaining('knee: 1 values'),
    });
    // A fifth of `speed` is missing, which an optional column may be.
    expect(snapshot.quality.find(({ rule }) => rule === 'missing')?.passed).toBe(true);
  });

  it('writes equal bytes each time, without time or system in the gzip header', async () => {
    const { blob } = await freeze(goldRows());
    const bytes = await blobs.get(blob);
    expect([...bytes.subarray(4, 8), bytes[9]]).toEqual([0, 0, 0, 0, 255]);
    const lines = gunzipSync(bytes).toString().trim().split('\n');
    expect(lines).toHaveLength(120);
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(
      lines.map((line) => JSON.parse(line).id as string).sort(),
    );
  });

  it('restores a lost blob', async () => {
    const { blob } = await freeze(goldRows());
    await blobs.delete(blob);
    await freeze(goldRows());
    expect(await blobs.has(blob)).toBe(true);
  });

  it.each([
    [
      'a row that occurs twice',
      (rows: GoldRow[]) => {
        rows.push(rows[0]);
      },
      'row-0 occurs twice',
    ],
    [
      'a row of another width',
      (rows: GoldRow[]) => {
        rows[1].values.pop();
      },
      'has 1 values for 2 columns',
    ],
    [
      'an infinite value',
      (rows: GoldRow[]) => {
        rows[1].values[0] = Infinity;
      },
      'value 0 is infinite',
    ],
    [
      'a row without a target',
      (rows: GoldRow[]) => {
        rows[1].target = Number.NaN;
      },
      'no finite target',
    ],
  ])('rejects %s and stores nothing', async (_, change, message) => {
    const rows = goldRows();
    change(rows);
    await expect(freeze(rows)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message),
    });
    expect(await latestSnapshot('toy', { store })).toBeUndefined();
  });

  it('rejects too few rows and states how many are needed', async () => {
    await expect(freeze(goldRows(2, 2))).rejects.toMatchObject({
      code: 'INSUFFICIENT_DATA',
      details: { needed: { rows: 10, groups: 3 } },
    });
  });
});

describe('the catalog', () => {
  it('finds a snapshot by id, and the newest one of a product', async () => {
    const old = await freeze(goldRows(30, 2), () => new Date('2025-01-01T00:00:00Z'));
    const young = await freeze(goldRows(30, 3), () => new Date('2025-02-01T00:00:00Z'));
    expect((await latestSnapshot('toy', { store }))?.id).toBe(young.id);
    expect(await getSnapshot(old.id, { store })).toEqual(old);
    expect(await latestSnapshot('other', { store })).toBeUndefined();
    await expect(getSnapshot('toy-none', { store })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('readTraining and readTest', () => {
  it('never split a group, and together hold every row once', async () => {
    const snapshot = await freeze(goldRows());
    const { train, validation, fitted } = await readTraining(snapshot, features, { blobs, seed: 1 });
    const test = await readTest(snapshot, features, fitted, { blobs });
    const groups = [train, validation, test].map((matrix) => new Set(matrix.rows.map((row) => row.group)));
    for (const group of groups[0]) expect(groups[1].has(group) || groups[2].has(group)).toBe(false);
    for (const group of groups[1]) expect(groups[2].has(group)).toBe(false);
    const ids = [train, validation, test].flatMap((matrix) => matrix.rows.map((row) => row.id));
    expect(new Set(ids).size).toBe(120);
    expect(ids).toHaveLength(120);
    expect(train.rows.length).toBe(snapshot.splits.train.rows);
    expect(test.rows.length).toBe(snapshot.splits.test.rows);
  });

  it('return values as float32, NaN if missing, with the metadata of each row', async () => {
    const rows = goldRows();
    const snapshot = await freeze(rows);
    const { train } = await readTraining(snapshot, features, { blobs, seed: 1 });
    expect(train.columns.map(({ name }) => name)).toEqual(['knee', 'speed', 'club_mean']);
    train.rows.forEach((info, i) => {
      const row = rows.find(({ id }) => id === info.id)!;
      expect(train.values[3 * i]).toBe(Math.fround(row.values[0]!));
      expect(train.values[3 * i + 1]).toBe(row.values[1] === null ? Number.NaN : Math.fround(row.values[1]));
      expect(train.target[i]).toBe(row.target);
      expect(info.slices).toEqual(row.slices);
      expect(info.ratings).toEqual(row.ratings);
    });
  });

  it('fit features without the own group for train rows, and on all of train for others', async () => {
    const rows = goldRows();
    const snapshot = await freeze(rows);
    const { train, validation, fitted } = await readTraining(snapshot, features, { blobs, seed: 1 });
    const trainRows = train.rows.map(({ id }) => rows.find((row) => row.id === id)!);
    const club = (row: GoldRow) => row.inputs!.club_mean as string;
    const mean = (of: GoldRow[]) => of.reduce((sum, row) => sum + row.target, 0) / of.length;
    trainRows.forEach((row, i) => {
      const others = trainRows.filter((other) => club(other) === club(row) && other.group !== row.group);
      expect(train.values[3 * i + 2]).toBeCloseTo(mean(others), 5);
    });
    const states = fitted.club_mean as Record<string, number>;
    validation.rows.forEach((info, i) => {
      const row = rows.find(({ id }) => id === info.id)!;
      expect(validation.values[3 * i + 2]).toBe(Math.fround(states[club(row)]));
    });
  });

  it('keep the test part out of training', async () => {
    const rows = goldRows();
    const parts = splitGroups(rows, split);
    const altered = goldRows().map((row) =>
      parts.get(row.group) === 'test'
        ? { ...row, target: 1_000, values: [0, 1e6], inputs: { club_mean: 'club-0' } }
        : row,
    );
    const honest = await readTraining(await freeze(rows), features, { blobs, seed: 1 });
    const tampered = await readTraining(await freeze(altered), features, { blobs, seed: 1 });
    expect(tampered).toEqual(honest);
  });

  it('keep known groups in their part in a later snapshot with more groups', async () => {
    const few = await readTraining(await freeze(goldRows(30)), features, { blobs, seed: 1 });
    const snapshot = await freeze(goldRows(60));
    const more = await readTraining(snapshot, features, { blobs, seed: 1 });
    const held = await readTest(snapshot, features, more.fitted, { blobs });
    const testGroups = new Set(held.rows.map((row) => row.group));
    const trainGroups = new Set(more.train.rows.map((row) => row.group));
    for (const { group } of few.train.rows) {
      expect(trainGroups.has(group)).toBe(true);
      expect(testGroups.has(group)).toBe(false);
    }
  });

  it('reject another version of the features, and rows without the inputs of a feature', async () => {
    const snapshot = await freeze(goldRows());
    await expect(
      readTraining(snapshot, { ...features, version: 2 }, { blobs, seed: 1 }),
    ).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('make a new snapshot'),
    });
    const bare = await freeze(goldRows().map(({ inputs: _, ...row }) => row));
    await expect(readTraining(bare, features, { blobs, seed: 1 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('club_mean'),
    });
  });

  it('report a missing blob', async () => {
    const snapshot = await freeze(goldRows());
    await blobs.delete(snapshot.blob);
    await expect(readTraining(snapshot, features, { blobs, seed: 1 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
