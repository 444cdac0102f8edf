import type { Collection as Driver, IndexDescription } from 'mongodb';
import { hashJson } from '../../hash.ts';
import { checkPath } from '../filter.ts';
import type { CollectionOptions } from '../store.ts';
import { fieldOf, type Kept, valueAt } from './query.ts';

/** The sets of paths that are unique together, by a short name of each. */
type UniqueSets = ReadonlyMap<string, readonly string[]>;

/** What of a collection's options is held by fields beside the document. */
export interface Derived {
  unique: UniqueSets;
  expiry?: CollectionOptions['expiry'];
}

const PAGE = 500;

const labelOf = (paths: readonly string[]) => hashJson(paths).slice(0, 12);

export const derivedBy = ({ unique = [], expiry }: CollectionOptions): Derived => ({
  unique: new Map(unique.map((paths) => [labelOf(paths), paths])),
  expiry,
});

/**
 * The texts by which MongoDB holds unique keys. Where a value is absent or null there is none, and a sparse index
 * leaves the document out; partial indexes would do so too, but not for null, and not on every server.
 */
function keysOf(doc: Kept['doc'], unique: UniqueSets): Pick<Kept, 'keys'> {
  if (unique.size === 0) return {};
  const keys: Record<string, string> = {};
  for (const [label, paths] of unique) {
    const values = paths.map((path) => valueAt(doc, path));
    if (values.every((value) => value !== undefined && value !== null)) keys[label] = JSON.stringify(values);
  }
  return { keys };
}

/** When the server shall delete a document; it asks for a date of its own kind, and documents hold texts. */
function expiryOf(doc: Kept['doc'], expiry: CollectionOptions['expiry']): Pick<Kept, 'expiresAt'> {
  if (expiry === undefined) return {};
  const from = Date.parse(String(valueAt(doc, expiry.path)));
  return { expiresAt: Number.isNaN(from) ? null : new Date(from + expiry.afterSeconds * 1_000) };
}

/** What stands beside a document for the server's sake. */
export const derive = (doc: Kept['doc'], { unique, expiry }: Derived): Pick<Kept, 'keys' | 'expiresAt'> => ({
  ...keysOf(doc, unique),
  ...expiryOf(doc, expiry),
});

/** Every index of a collection. */
export function indexesOf({ unique = [], indexes = [], expiry }: CollectionOptions): IndexDescription[] {
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
  const expiring = expiry ? [{ name: 'expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 }] : [];
  const derived: IndexDescription[] = [...held, ...expiring];
  if (derived.length > 0) derived.push({ name: 'restored', key: { restored: 1 }, sparse: true });
  return [...derived, ...searched];
}

/** Makes what stands beside documents of a backup, which knows neither unique paths nor expiry. */
export async function deriveRestored(driver: Driver<Kept>, options: Derived): Promise<void> {
  if (options.unique.size === 0 && options.expiry === undefined) return;
  for (;;) {
    const rows = await driver.find({ restored: true }, { limit: PAGE, batchSize: PAGE }).toArray();
    if (rows.length === 0) return;
    await driver.bulkWrite(
      rows.map(({ _id, version, doc }) => ({
        updateOne: {
          // Whoever writes the document meanwhile derives as well; then the next round sees to the mark.
          filter: { _id, version },
          update: { $set: { version, ...derive(doc, options) }, $unset: { restored: true } },
        },
      })),
    );
  }
}
