import type { GoldRow } from '../datasets/snapshots/snapshot.ts';
import { canonicalJson, hashBytes } from '../platform/hash.ts';
import type { Store } from '../platform/store/store.ts';
import { goldRows, rowFault } from './gold.ts';
import type { EtlPlan } from './plan.ts';
import { keepRejects, type Reject } from './rejects.ts';
import { type SilverDocument, silverOf } from './silver.ts';
import type { Parsed } from './source.ts';
import type { Tally } from './tally.ts';

const CONFLICT = 'a record with this id but different content is already stored';

export interface Origin {
  /** Id of the bronze unit. */
  unit: string;
  source: string;
  key: string;
  /** Whether the unit was read before, perhaps up to a limit: what it stored then counts as duplicates now. */
  reread: boolean;
}

interface NewRecord<R> extends SilverDocument<R> {
  gold?: GoldRow;
  raw: string;
}

/**
 * Stores one batch of parsed records: silver, then gold, then rejects. Every write is idempotent, so an interrupted batch
 * is simply stored again.
 * @param touched collects the rows that the batch concerns if several records make one row. The caller passes them to
 * `joinRows` after its last batch, since one row may get a record from every batch.
 */
export async function storeBatch<R>(
  plan: EtlPlan<R>,
  batch: readonly Parsed<R>[],
  origin: Origin,
  tally: Tally,
  touched: Set<string>,
  store: Store,
): Promise<void> {
  const rejects: Omit<Reject, 'id'>[] = [];
  const reject = (line: number, reason: string, raw: string, detail?: string) => {
    const { unit, source, key } = origin;
    tally.reject(reason);
    rejects.push({ unit, source, key, line, reason, ...(detail !== undefined && { detail }), raw });
  };
  const newRecords = new Map<string, NewRecord<R>>();
  for (const parsed of batch) {
    if (parsed.raw !== undefined) {
      reject(parsed.line, parsed.reject, parsed.raw, parsed.detail);
      continue;
    }
    const raw = canonicalJson(parsed.record);
    const made = newRecordOf(plan, parsed.record, parsed.line, origin.unit, raw);
    const twin = 'reject' in made ? undefined : newRecords.get(made.id);
    if ('reject' in made) reject(parsed.line, made.reject, raw, made.detail);
    else if (!twin) newRecords.set(made.id, made);
    else if (twin.hash === made.hash) tally.duplicates++;
    else reject(parsed.line, CONFLICT, raw, made.id);
  }
  const stored = await insertNew(plan, [...newRecords.values()], origin, tally, store, reject);
  // Duplicates too: the run that stored them may have been killed before it wrote gold.
  if (plan.gold.rowOf) {
    for (const { row } of stored) if (row !== undefined) touched.add(row);
  } else {
    // The row of an unchanged record is unchanged: existing rows are kept.
    await goldRows(store, plan.product).insertMany(stored.flatMap((one) => (one.gold ? [one.gold] : [])));
  }
  await keepRejects(store, plan.product, rejects);
}

function newRecordOf<R>(
  plan: EtlPlan<R>,
  record: R,
  line: number,
  unit: string,
  canonical: string,
): NewRecord<R> | { reject: string; detail?: string } {
  const rejected = plan.reject?.(record);
  if (rejected) return { reject: rejected.reason, detail: rejected.detail };
  const base = { id: plan.idOf(record), unit, line, hash: hashBytes(canonical), record, raw: canonical };
  if (plan.gold.rowOf) {
    const row = plan.gold.rowOf(record);
    return { ...base, ...(row !== undefined && { row }) };
  }
  try {
    return { ...base, gold: plan.gold.build([record]) };
  } catch (error) {
    const { reason, detail } = rowFault(error);
    return { reject: reason, detail };
  }
}

/** Inserts new records and tells duplicates from conflicts. @returns the new records that are stored with equal content */
async function insertNew<R>(
  plan: EtlPlan<R>,
  newRecords: readonly NewRecord<R>[],
  origin: Origin,
  tally: Tally,
  store: Store,
  reject: (line: number, reason: string, raw: string, detail?: string) => void,
): Promise<NewRecord<R>[]> {
  const silver = silverOf<R>(store, plan.product);
  const find = async () => {
    const found = new Map<string, SilverDocument<R>>();
    const ids = newRecords.map((one) => one.id);
    for await (const one of silver.all({ id: { in: ids } })) found.set(one.id, one);
    return found;
  };
  const before = origin.reread ? await find() : undefined;
  const { duplicates } = await silver.insertMany(
    newRecords.map(({ gold: _, raw: __, ...document }) => document),
  );
  const known = duplicates === 0 ? undefined : (before ?? (await find()));
  return newRecords.filter((one) => {
    const other = known?.get(one.id);
    if (!other || (!origin.reread && other.unit === one.unit && other.line === one.line)) tally.accepted++;
    else if (other.hash === one.hash) tally.duplicates++;
    else {
      reject(one.line, CONFLICT, one.raw, one.id);
      return false;
    }
    return true;
  });
}
