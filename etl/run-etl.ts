import { setImmediate } from 'node:timers/promises';
import type { Blobs } from '../platform/blobs/blobs.ts';
import { DEFAULTS } from '../platform/defaults.ts';
import { type ErrorCode, TouchlineError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { noProgress, type Progress } from '../platform/progress.ts';
import type { Store } from '../platform/store/store.ts';
import { type BronzeUnit, bronzeUnits, contentOf, receive, settle } from './bronze.ts';
import { joinRows, keepGoldCurrent } from './gold.ts';
import type { EtlPlan } from './plan.ts';
import { keepRejects } from './rejects.ts';
import type { Content, Listing, Parsed, Source, Unit } from './source.ts';
import { type Origin, storeBatch } from './store-batch.ts';
import { Tally, type TallyCounts } from './tally.ts';

export interface EtlDeps {
  store: Store;
  blobs: Blobs;
  progress?: Progress;
  /** Maximum number of records to read. */
  limit?: number;
  signal?: AbortSignal;
  /** Warned about files that are skipped or rejected. */
  log?: Pick<Logger, 'warn'>;
  /** Limit of the unpacked bytes of one file or page; default: the setting maxEtlFileBytes. */
  maxBytes?: number;
  clock?: () => Date;
}

/** What one run did. Records of units that an earlier run had completed are counted as duplicates. */
export interface EtlReport extends TallyCounts {
  seconds: number;
}

/** Records stored at a time, and held in memory while a unit is checked to its end. */
const BATCH = 500;
/** Errors of one unit: it is rejected and the run continues. Any other error stops the run; a rerun resumes there. */
const UNIT_FAULTS: ReadonlySet<ErrorCode> = new Set(['INVALID_FORMAT', 'FILE_TOO_LARGE']);

/**
 * Takes in the data at `from`: bronze as received, silver as records, gold as rows. Safe to rerun, also after an
 * interruption: completed units are recognised by their content, and all others are stored again over themselves.
 * @param from a file, a folder, or the address of a paged source
 * @throws NOT_FOUND, INVALID_FORMAT or FILE_TOO_LARGE if nothing at `from` can be read; UNAVAILABLE if a server does not
 * respond; the signal's reason when it is aborted
 */
export async function runEtl<R>(plan: EtlPlan<R>, from: string, deps: EtlDeps): Promise<EtlReport> {
  const started = performance.now();
  const { store, blobs, signal, limit = Number.POSITIVE_INFINITY, progress = noProgress, log } = deps;
  const { maxBytes = DEFAULTS.maxEtlFileBytes, clock = () => new Date() } = deps;
  if (!(limit > 0)) throw new TouchlineError('INVALID_INPUT', `The limit must be 1 or more, not ${limit}.`);
  const source = await sourceOf(plan, from);
  await keepGoldCurrent(plan, store);

  const total = new Tally();
  const remaining = () => limit - total.counts().read;
  const run = { plan, source, store, blobs, maxBytes, clock, total, remaining, signal };
  if (source.once) {
    const left = { product: plan.product, source: source.name, status: 'received' as const };
    for await (const unit of bronzeUnits(store).all(left))
      await ingestOrReject(unit.key, async () => unit, run);
  }

  const listing = await source.list(from, { maxBytes, remaining, signal });
  for (const file of listing.ignored ?? [])
    log?.warn(`${file} is skipped: ${source.name} does not read its format`);
  let done = 0;
  let readable = 0;
  let firstFault: TouchlineError | undefined;
  for await (const unit of unitsOf(listing)) {
    signal?.throwIfAborted();
    const origin = { product: plan.product, source: source.name, maxBytes, now: clock };
    const error = await ingestOrReject(unit.key, () => receive(unit, origin, deps), run);
    if (error) log?.warn(error.message);
    else readable++;
    firstFault ??= error;
    done++;
    // As long as nothing could be read, the run may still end with an error, which is not progress.
    if (readable > 0)
      progress({ stage: 'etl', done, total: listing.total, note: `${total.counts().read} records` });
    if (remaining() <= 0) break;
  }
  if (readable === 0 && firstFault) throw firstFault;
  return { ...total.counts(), seconds: (performance.now() - started) / 1000 };
}

async function* unitsOf(listing: Listing): AsyncGenerator<Unit> {
  yield* listing.units;
}

async function sourceOf<R>(plan: EtlPlan<R>, from: string): Promise<Source<R>> {
  for (const source of plan.sources) if (await source.recognises(from)) return source;
  const accepted = plan.sources.map((source) => source.accepts).join('; ');
  throw new TouchlineError(
    'INVALID_FORMAT',
    `${from} is not a source of ${plan.product}. Accepted: ${accepted}.`,
    { details: { product: plan.product } },
  );
}

interface Run<R> {
  plan: EtlPlan<R>;
  source: Source<R>;
  store: Store;
  blobs: Blobs;
  maxBytes: number;
  clock: () => Date;
  total: Tally;
  remaining(): number;
  signal?: AbortSignal;
}

/** @returns why the unit was rejected, if it was: it counts as one reject, and its content stays in bronze */
async function ingestOrReject<R>(
  key: string,
  received: () => Promise<BronzeUnit>,
  run: Run<R>,
): Promise<TouchlineError | undefined> {
  let unit: BronzeUnit | undefined;
  try {
    unit = await received();
    await ingest(unit, run);
    return undefined;
  } catch (error) {
    if (!(error instanceof TouchlineError) || !UNIT_FAULTS.has(error.code)) throw error;
    const { plan, source, store } = run;
    const { code, message } = error;
    const reason = `the file cannot be read (${code})`;
    const tally = new Tally();
    tally.reject(reason);
    const reject = { source: source.name, key, line: 0, reason, detail: message, raw: '' };
    await keepRejects(store, plan.product, [{ ...reject, ...(unit && { unit: unit.id }) }]);
    if (unit)
      await settle(unit, { status: 'refused', tally, error: { code, message }, now: run.clock() }, store);
    run.total.add(tally.counts());
    return error;
  }
}

/** Stores the records of one unit, unless an earlier run completed it. */
async function ingest<R>(unit: BronzeUnit, run: Run<R>): Promise<void> {
  const { plan, source, store, total } = run;
  if (unit.status === 'done' && unit.read <= run.remaining()) {
    const { accepted, rejected, duplicates, rejects } = unit;
    total.add({ accepted: 0, rejected, duplicates: accepted + duplicates, rejects });
    return;
  }
  const content = contentOf(unit, run.blobs, run.maxBytes);
  const { items, cut } = await checkedItems(source, content, run.remaining(), run.signal);
  const origin: Origin = {
    unit: unit.id,
    source: source.name,
    key: unit.key,
    reread: unit.status !== 'received',
  };
  const tally = new Tally();
  const touched = new Set<string>();
  let batch: Parsed<R>[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    run.signal?.throwIfAborted();
    await storeBatch(plan, batch, origin, tally, touched, store);
    batch = [];
    await setImmediate();
  }
  await storeBatch(plan, batch, origin, tally, touched, store);
  await joinRows(plan, touched, store);
  // A completed unit keeps its counts, however much of it was read in this run.
  if (unit.status !== 'done')
    await settle(unit, { status: cut ? 'partial' : 'done', tally, now: run.clock() }, store);
  total.add(tally.counts());
}

/**
 * Reads a unit to its end (or to the limit) before any of it is stored, so that a truncated unit is not stored in part.
 * The records of a small unit are held in memory; a large unit is read a second time.
 */
async function checkedItems<R>(
  source: Source<R>,
  content: Content,
  wanted: number,
  signal: AbortSignal | undefined,
): Promise<{ items: AsyncIterable<Parsed<R>> | Parsed<R>[]; cut: boolean }> {
  const head: Parsed<R>[] = [];
  let count = 0;
  let cut = false;
  for await (const item of source.records(content)) {
    if (count >= wanted) {
      cut = true;
      break;
    }
    if (head.length < BATCH) head.push(item);
    if (++count % BATCH === 0) {
      signal?.throwIfAborted();
      await setImmediate();
    }
  }
  return { items: count <= BATCH ? head : firstOf(source.records(content), count), cut };
}

async function* firstOf<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let taken = 0;
  for await (const item of items) {
    yield item;
    if (++taken >= count) return;
  }
}
