import type { Collection, IndexDescription } from 'mongodb';
import { hashJson } from '../../hash.ts';
import { type Row, toJson, valueAt } from '../document.ts';
import type { CollectionOptions } from '../store.ts';
import { fieldOf, type MongoDocument } from './query.ts';

/** The sets of paths that are unique together, by a short name of each. */
type UniqueSets = ReadonlyMap<string, readonly string[]>;

/** The options of a collection that need fields in addition to the document. */
export interface Derived {
  unique: UniqueSets;
  expiry?: CollectionOptions['expiry'];
}

const PAGE = 500;

const labelOf = (paths: readonly string[]) => hashJson(paths).slice(0, 12);

const NOTHING: Derived = { unique: new Map() };

export const derivedBy = ({ unique = [], expiry }: CollectionOptions): Derived => ({
  unique: new Map(unique.map((paths) => [labelOf(paths), paths])),
  expiry,
});

/**
 * The unique keys of a document as strings, for sparse unique indexes. A key with an absent or null value is left out,
 * and with it the document from the index; a partial index cannot do that for null, and not every server has one.
 */
function keysOf(doc: MongoDocument['doc'], unique: UniqueSets): Pick<MongoDocument, 'keys'> {
  if (unique.size === 0) return {};
  const keys: Record<string, string> = {};
  for (const [label, paths] of unique) {
    const values = paths.map((path) => valueAt(doc, path));
    if (values.every((value) => value !== undefined && value !== null)) keys[label] = JSON.stringify(values);
  }
  return { keys };
}

/** When the server deletes a document: a BSON date, since documents hold dates as strings. */
function expiryOf(
  doc: MongoDocument['doc'],
  expiry: CollectionOptions['expiry'],
): Pick<MongoDocument, 'expiresAt'> {
  if (expiry === undefined) return {};
  const from = Date.parse(String(valueAt(doc, expiry.path)));
  return { expiresAt: Number.isNaN(from) ? null : new Date(from + expiry.afterSeconds * 1_000) };
}

const derive = (
  doc: MongoDocument['doc'],
  { unique, expiry }: Derived,
): Pick<MongoDocument, 'keys' | 'expiresAt'> => ({
  ...keysOf(doc, unique),
  ...expiryOf(doc, expiry),
});

/** A row as MongoDB keeps it, with the fields that its indexes need. */
export function encode({ id, version, content }: Row, derived: Derived = NOTHING): MongoDocument {
  const doc = toJson(content);
  return { _id: id, version, doc, ...derive(doc, derived) };
}

/** Every index of a collection. */
export function indexesOf({ unique = [], indexes = [], expiry }: CollectionOptions): IndexDescription[] {
  const searched = [...unique, ...indexes].map((paths) => ({
    name: `i_${labelOf(paths)}`,
    key: Object.fromEntries([...paths.map((path) => [fieldOf(path), 1]), ['_id', 1]]),
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

/** Adds the derived fields to restored documents: a backup knows neither unique paths nor expiry. */
export async function deriveRestored(collection: Collection<MongoDocument>, derived: Derived): Promise<void> {
  if (derived.unique.size === 0 && derived.expiry === undefined) return;
  for (;;) {
    const rows = await collection.find({ restored: true }, { limit: PAGE, batchSize: PAGE }).toArray();
    if (rows.length === 0) return;
    await collection.bulkWrite(
      rows.map(({ _id, version, doc }) => ({
        updateOne: {
          // Whoever writes the document meanwhile derives its fields too; the next round then removes the mark.
          filter: { _id, version },
          update: { $set: { version, ...derive(doc, derived) }, $unset: { restored: true } },
        },
      })),
    );
  }
}
