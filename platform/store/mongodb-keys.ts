import type { Collection as Driver, IndexDescription } from 'mongodb';
import { hashJson } from '../hash.ts';
import { checkPath } from './filter.ts';
import { fieldOf, type Kept, valueAt } from './mongodb-query.ts';
import type { CollectionOptions } from './store.ts';

/** The sets of paths that are unique together, by a short name of each. */
export type UniqueSets = ReadonlyMap<string, readonly string[]>;

const PAGE = 500;

const labelOf = (paths: readonly string[]) => hashJson(paths).slice(0, 12);

export const uniqueSets = ({ unique = [] }: CollectionOptions): UniqueSets =>
  new Map(unique.map((paths) => [labelOf(paths), paths]));

/**
 * The texts by which MongoDB holds unique keys. Where a value is absent or null there is none, and a sparse index
 * leaves the document out; partial indexes would do so too, but not for null, and not on every server.
 */
export function keysOf(doc: Kept['doc'], unique: UniqueSets): Pick<Kept, 'keys'> {
  if (unique.size === 0) return {};
  const keys: Record<string, string> = {};
  for (const [label, paths] of unique) {
    const values = paths.map((path) => valueAt(doc, path));
    if (values.every((value) => value !== undefined && value !== null)) keys[label] = JSON.stringify(values);
  }
  return { keys };
}

/** Every index of a collection. */
export function indexesOf({ unique = [], indexes = [] }: CollectionOptions): IndexDescription[] {
  const searched = [...unique, ...indexes].map((paths) => ({
    name: `i_${labelOf(paths)}`,
    key: Object.fromEntries([...paths.map((path) => [fieldOf(checkPath(path)), 1]), ['_id', 1]]),
  }));
  const held = unique.map((paths) => ({
    name: `u_${labelOf(paths)}`,
    key: { [`keys.${labelOf(paths)}`]: 1 },
    unique: true,
    sparse: true,
  }));
  const unkeyed = unique.length > 0 ? [{ name: 'unkeyed', key: { unkeyed: 1 }, sparse: true }] : [];
  return [...held, ...searched, ...unkeyed];
}

/** Makes the keys of documents that came from a backup, which does not know which paths are unique. */
export async function makeKeys(driver: Driver<Kept>, unique: UniqueSets): Promise<void> {
  if (unique.size === 0) return;
  for (;;) {
    const rows = await driver.find({ unkeyed: true }, { limit: PAGE, batchSize: PAGE }).toArray();
    if (rows.length === 0) return;
    await driver.bulkWrite(
      rows.map(({ _id, version, doc }) => ({
        updateOne: {
          // Whoever writes the document meanwhile makes its keys as well; then the next round sees to the mark.
          filter: { _id, version },
          update: { $set: keysOf(doc, unique), $unset: { unkeyed: true } },
        },
      })),
    );
  }
}
