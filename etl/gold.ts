import type { GoldRow } from '../datasets/snapshots/snapshot.ts';
import { toTouchlineError } from '../platform/errors.ts';
import type { Collection, Document, Store } from '../platform/store/store.ts';
import type { EtlPlan } from './plan.ts';
import { keepRejects, type Reject } from './rejects.ts';
import { silverOf } from './silver.ts';

/** Rows joined at a time: the records of each may hold hundreds of frames. */
const ROWS_PER_BATCH = 50;
const RECORDS_PER_BATCH = 500;

/** The rows of a product, which a snapshot freezes. */
export function goldRows(store: Store, product: string): Collection<GoldRow> {
  return store.collection<GoldRow>(`gold_${product}`);
}

interface GoldState extends Document {
  version: number;
  features: string;
}

/**
 * Rebuilds rows from all their stored records, such as after a score arrived later than the poses. Rows whose quality is
 * insufficient are stored as rejects.
 */
export async function joinRows<R>(
  plan: EtlPlan<R>,
  touched: ReadonlySet<string>,
  store: Store,
): Promise<void> {
  const rows = [...touched];
  const silver = silverOf<R>(store, plan.product);
  const rejects: Omit<Reject, 'id'>[] = [];
  for (let from = 0; from < rows.length; from += ROWS_PER_BATCH) {
    const wanted = rows.slice(from, from + ROWS_PER_BATCH);
    const records = new Map<string, R[]>(wanted.map((row) => [row, []]));
    for await (const document of silver.all({ row: { in: wanted } })) {
      records.get(document.row!)!.push(document.record);
    }
    rejects.push(...(await putRows(plan, records, store)));
  }
  await keepRejects(store, plan.product, rejects);
}

/** Builds rows from their records and writes them; a row that can no longer be built is deleted. */
async function putRows<R>(
  plan: EtlPlan<R>,
  recordsByRow: ReadonlyMap<string, readonly R[]>,
  store: Store,
): Promise<Omit<Reject, 'id'>[]> {
  const rows = goldRows(store, plan.product);
  const rejects: Omit<Reject, 'id'>[] = [];
  const built: GoldRow[] = [];
  const gone: string[] = [];
  for (const [row, records] of recordsByRow) {
    const gold = buildOrReject(plan, row, records);
    if (gold && 'reason' in gold) rejects.push(gold);
    else if (gold) built.push(gold);
    if (!gold || 'reason' in gold) gone.push(row);
  }
  if (gone.length > 0) await rows.deleteMany({ id: { in: gone } });
  await rows.putMany(built);
  return rejects;
}

/** Why well-formed records make no row. @throws errors that the records did not cause */
export function rowFault(thrown: unknown): { reason: string; detail: string } {
  const error = toTouchlineError(thrown);
  if (error.code === 'INSUFFICIENT_QUALITY')
    return { reason: 'the quality is insufficient', detail: error.message };
  if (error.code === 'INVALID_INPUT')
    return { reason: 'the features cannot be computed', detail: error.message };
  throw error;
}

function buildOrReject<R>(
  plan: EtlPlan<R>,
  row: string,
  records: readonly R[],
): GoldRow | Omit<Reject, 'id'> | undefined {
  try {
    return plan.gold.build(records);
  } catch (error) {
    const { reason, detail } = rowFault(error);
    return { source: 'gold', key: row, line: 0, reason, detail, raw: '' };
  }
}

/**
 * Rebuilds gold from silver if gold was built by another feature set or version. The version is stored last, so that an
 * interrupted rebuild starts over.
 */
export async function keepGoldCurrent<R>(plan: EtlPlan<R>, store: Store): Promise<void> {
  const states = store.collection<GoldState>('gold_state');
  const { name: features, version } = plan.gold.features;
  const state = await states.get(plan.product);
  if (state?.version === version && state.features === features) return;
  const silver = silverOf<R>(store, plan.product);
  if (plan.gold.rowOf) {
    const touched = new Set<string>();
    for await (const document of silver.all()) if (document.row !== undefined) touched.add(document.row);
    await joinRows(plan, touched, store);
  } else {
    const rejects: Omit<Reject, 'id'>[] = [];
    let batch = new Map<string, R[]>();
    for await (const document of silver.all()) {
      batch.set(document.id, [document.record]);
      if (batch.size < RECORDS_PER_BATCH) continue;
      rejects.push(...(await putRows(plan, batch, store)));
      batch = new Map();
    }
    rejects.push(...(await putRows(plan, batch, store)));
    await keepRejects(store, plan.product, rejects);
  }
  await states.put({ id: plan.product, features, version });
}
