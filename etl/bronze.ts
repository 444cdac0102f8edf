import { createHash } from 'node:crypto';
import type { Blobs } from '../platform/blobs/blobs.ts';
import { hashJson } from '../platform/hash.ts';
import type { Collection, Document, Store } from '../platform/store/store.ts';
import { sourceFile } from './files/parts.ts';
import type { Content, Part, Unit } from './source.ts';
import type { Tally, TallyCounts } from './tally.ts';

/**
 * A unit as received; its bytes are in the blobs.
 * `received`: kept, but not all of its records are stored yet; `partial`: read up to a limit; `done`; `refused`: rejected as unreadable.
 */
export interface BronzeUnit extends Document, TallyCounts {
  product: string;
  source: string;
  key: string;
  parts: { name: string; blob: string; bytes: number }[];
  status: 'received' | 'partial' | 'done' | 'refused';
  error?: { code: string; message: string };
  receivedAt: string;
  doneAt?: string;
}

export function bronzeUnits(store: Store): Collection<BronzeUnit> {
  return store.collection<BronzeUnit>('bronze', { indexes: [['product', 'source', 'status']] });
}

interface BronzeDeps {
  store: Store;
  blobs: Blobs;
}

/**
 * Keeps a unit as it came, or returns the one that has the same content. The id is derived from the content: a changed
 * file is another unit, and an unchanged file is recognised.
 */
export async function receive(
  unit: Unit,
  origin: { product: string; source: string; maxBytes: number; now: () => Date },
  { store, blobs }: BronzeDeps,
): Promise<BronzeUnit> {
  const { product, source, maxBytes } = origin;
  const idOf = (hashes: string[]) => hashJson([product, source, unit.key, hashes]).slice(0, 32);
  const units = bronzeUnits(store);
  const hashes: string[] = [];
  for (const part of unit.parts) hashes.push(await hashPart(part));
  const known = await units.get(idOf(hashes));
  if (known && known.status !== 'refused') return known;
  const parts: BronzeUnit['parts'] = [];
  for (const part of unit.parts) {
    const { hash, bytes } = await blobs.put(await part.open(), { maxBytes });
    parts.push({ name: part.name, blob: hash, bytes });
  }
  // Derived from the bytes that were kept: a file may have changed since it was hashed.
  const id = idOf(parts.map((part) => part.blob));
  const { key } = unit;
  const counts = { read: 0, accepted: 0, rejected: 0, duplicates: 0, rejects: [] };
  return units.put({
    id,
    product,
    source,
    key,
    parts,
    status: 'received',
    ...counts,
    receivedAt: origin.now().toISOString(),
  });
}

/** Records how a unit ended. Only from now on does a rerun skip it. */
export async function settle(
  unit: BronzeUnit,
  end: { status: BronzeUnit['status']; tally: Tally; error?: BronzeUnit['error']; now: Date },
  store: Store,
): Promise<void> {
  const { status, tally, error, now } = end;
  const { error: _, ...rest } = unit;
  await bronzeUnits(store).put({
    ...rest,
    ...tally.counts(),
    status,
    ...(error && { error }),
    doneAt: now.toISOString(),
  });
}

/** The content of a unit, read from bronze. */
export function contentOf(unit: BronzeUnit, blobs: Blobs, maxBytes: number): Content {
  return {
    key: unit.key,
    files: unit.parts.map(({ name, blob }) => sourceFile({ name, open: () => blobs.stream(blob) }, maxBytes)),
  };
}

async function hashPart(part: Part): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of await part.open()) digest.update(chunk);
  return digest.digest('hex');
}
