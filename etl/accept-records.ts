import type { Blobs } from '../platform/blobs/blobs.ts';
import { canonicalJson } from '../platform/hash.ts';
import type { Store } from '../platform/store/store.ts';
import { receive, settle } from './bronze.ts';
import { memoryPart } from './files/parts.ts';
import { joinRows, keepGoldCurrent } from './gold.ts';
import type { EtlPlan } from './plan.ts';
import { storeBatch } from './store-batch.ts';
import { Tally, type TallyCounts } from './tally.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Takes in records that did not come from a file, such as a score entered on a page, through bronze, silver and gold as
 * `runEtl` does: a row changes as soon as its score is there. Safe to rerun with the same records.
 * @param origin where they come from, such as `page`; stored as their source
 */
export async function acceptRecords<R>(
  plan: EtlPlan<R>,
  records: readonly R[],
  origin: string,
  deps: { store: Store; blobs: Blobs; clock?: () => Date },
): Promise<TallyCounts> {
  const { store, blobs, clock = () => new Date() } = deps;
  const { product } = plan;
  await keepGoldCurrent(plan, store);
  const lines = records.map((record) => `${canonicalJson(record)}\n`).join('');
  const unit = await receive(
    { key: 'records.jsonl', parts: [memoryPart('records.jsonl', Buffer.from(lines))] },
    { product, source: origin, maxBytes: MAX_BYTES, now: clock },
    { store, blobs },
  );
  const tally = new Tally();
  const batch = records.map((record, index) => ({ line: index + 1, record }));
  const reread = unit.status === 'done';
  const touched = new Set<string>();
  const from = { unit: unit.id, source: origin, key: unit.key, reread };
  await storeBatch(plan, batch, from, tally, touched, store);
  await joinRows(plan, touched, store);
  if (!reread) await settle(unit, { status: 'done', tally, now: clock() }, store);
  return tally.counts();
}
