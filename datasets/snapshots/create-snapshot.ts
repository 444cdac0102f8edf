import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Blobs } from '../../platform/blobs/blobs.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { hashJson } from '../../platform/hash.ts';
import type { Store } from '../../platform/store/store.ts';
import {
  DEFAULT_SNAPSHOT_RULES,
  judgeColumns,
  profileColumns,
  type SnapshotRules,
} from '../quality/columns.ts';
import { gzipLines, ROWS_PER_CHUNK, rowLine } from './rows.ts';
import type { GoldRow, Part, Snapshot, SplitRule } from './snapshot.ts';
import { splitGroups } from './split.ts';
import { snapshots } from './stored-snapshots.ts';

export interface SnapshotPlan {
  product: string;
  /** The feature set, of which only the plain columns are needed. */
  features: Pick<Snapshot['features'], 'name' | 'version' | 'columns'>;
  split: SplitRule;
  rules?: Partial<SnapshotRules>;
  /** In any order; the snapshot sorts them by id. */
  rows: Iterable<GoldRow> | AsyncIterable<GoldRow>;
}

export interface SnapshotDeps {
  store: Store;
  blobs: Blobs;
  clock?: () => Date;
}

/**
 * Freezes rows: splits and profiles them, writes them as one blob and adds them to the catalog. Safe to rerun: equal rows,
 * split, rules and columns return the existing snapshot.
 * @throws INVALID_INPUT if a row does not fit the columns, an id occurs twice or a value is not finite; INSUFFICIENT_DATA,
 * with the numbers needed, if the rows cannot be split
 */
export async function createSnapshot(plan: SnapshotPlan, deps: SnapshotDeps): Promise<Snapshot> {
  const { product, split } = plan;
  const { name, version, columns } = plan.features;
  const rules = { ...DEFAULT_SNAPSHOT_RULES, ...plan.rules };
  const rows: GoldRow[] = [];
  for await (const row of plan.rows) rows.push(checkedRow(row, columns.length));
  rows.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const duplicate = rows.find((row, i) => i > 0 && row.id === rows[i - 1].id);
  if (duplicate)
    throw new TouchlineError(
      'INVALID_INPUT',
      `Row ${duplicate.id} occurs twice: ids of rows must be unique.`,
    );

  const parts = splitGroups(rows, split, { rows: rules.minRows, groups: rules.minGroups });
  const rowsHash = createHash('sha256');
  const bytes = await gzipLines(
    (async function* () {
      for (let from = 0; from < rows.length; from += ROWS_PER_CHUNK) {
        const lines = rows
          .slice(from, from + ROWS_PER_CHUNK)
          .map((row) => rowLine(row, parts.get(row.group)!))
          .join('');
        rowsHash.update(lines);
        yield lines;
        await setImmediate();
      }
    })(),
  );
  const features = { name, version, columns: [...columns] };
  const hash = hashJson({ product, features, split, rules, rows: rowsHash.digest('hex') });
  const id = `${product}-${hash.slice(0, 12)}`;
  const collection = snapshots(deps.store);
  // Stored again even if the catalog has it, which restores a lost blob.
  const { hash: blob } = await deps.blobs.put(bytes);
  const known = await collection.get(id);
  if (known?.blob === blob) return known;
  const snapshot: Snapshot = {
    id,
    hash,
    product,
    features,
    split,
    rows: rows.length,
    groups: parts.size,
    splits: countSplits(rows, parts),
    quality: judgeColumns(profileColumns(columns, rows), rules),
    blob,
    createdAt: known?.createdAt ?? (deps.clock?.() ?? new Date()).toISOString(),
  };
  return collection.put(snapshot);
}

function checkedRow(row: GoldRow, width: number): GoldRow {
  if (row.values.length !== width) {
    throw new TouchlineError(
      'INVALID_INPUT',
      `Row ${row.id} has ${row.values.length} values for ${width} columns: build gold again with this feature set.`,
    );
  }
  const bad = row.values.findIndex((value) => value === Infinity || value === -Infinity);
  if (bad >= 0) throw new TouchlineError('INVALID_INPUT', `Row ${row.id}: value ${bad} is infinite.`);
  if (!Number.isFinite(row.target))
    throw new TouchlineError(
      'INVALID_INPUT',
      `Row ${row.id} has no finite target: leave out rows without a target.`,
    );
  return row;
}

function countSplits(rows: readonly GoldRow[], parts: ReadonlyMap<string, Part>): Snapshot['splits'] {
  const splits: Snapshot['splits'] = {
    train: { rows: 0, groups: 0 },
    validation: { rows: 0, groups: 0 },
    test: { rows: 0, groups: 0 },
  };
  for (const row of rows) splits[parts.get(row.group)!].rows++;
  for (const part of parts.values()) splits[part].groups++;
  return splits;
}
