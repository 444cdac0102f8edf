import type { Clock } from '../../platform/clock.ts';
import type { Collection, Store } from '../../platform/store/store.ts';
import type { ServingLog } from '../deps.ts';
import { openSpool } from './spool.ts';

/** One prediction as it was answered. */
export interface PredictionRecord {
  /** Sent to the caller, so that an outcome can be joined to it later. */
  id: string;
  product: string;
  /** ISO date. */
  at: string;
  /** Content hash of the package, and its version; null where the fixed rules answered. */
  package: string | null;
  version: number | null;
  method: 'ml_trained' | 'rules_fallback';
  /** Score or probability. */
  value: number;
  low: number | null;
  high: number | null;
  confidence: number | null;
  rulesScore: number | null;
  /** Milliseconds from the parsed request to the answer; in a batch, the average per item. */
  latencyMs: number;
  /** Id of the caller's key. */
  caller: string;
  /** Input of the model by column, codes for categories; null where unknown. */
  features: Record<string, number | null>;
}

/**
 * All logged predictions, by product and time.
 * @param keepDays for the writer: a store with a TTL deletes predictions after this many days; 0 keeps them.
 */
export function predictions(store: Store, keepDays = 0): Collection<PredictionRecord> {
  const expires = keepDays > 0 && store.capabilities.ttl;
  return store.collection<PredictionRecord>('predictions', {
    indexes: [['product', 'at']],
    ...(expires ? { expiry: { path: 'at', afterSeconds: keepDays * (DAY_MS / 1_000) } } : {}),
  });
}

export interface PredictionLog {
  /**
   * Appends records to the spool. When it returns, they survive the death of this process.
   * @returns false where a record could not be kept; the prediction is answered without an id then.
   */
  add(records: readonly PredictionRecord[]): boolean;
  /** Moves the waiting records into the store. Safe to repeat, because ids are unique. */
  flush(): Promise<void>;
  /** Bytes waiting on disk, and records dropped because the spool was full. */
  readonly waiting: { bytes: number; dropped: number };
  close(): Promise<void>;
}

const BATCH = 500;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Appends predictions to a spool on disk before they are answered, and moves them to the store in batches. */
export function openPredictionLog(options: {
  store: Store;
  folder: string;
  maxBytes: number;
  /** Days that predictions are kept; 0 keeps them forever. */
  keepDays: number;
  log: ServingLog;
  clock: Clock;
  /** Milliseconds between two flushes; default 1,000. */
  everyMs?: number;
}): PredictionLog {
  const { log, clock, keepDays } = options;
  const spool = openSpool(options.folder, options.maxBytes);
  const collection = predictions(options.store, keepDays);
  const sweeps = keepDays > 0 && !options.store.capabilities.ttl;
  let sweptAt = Number.NEGATIVE_INFINITY;
  let dropped = 0;
  let storeUnavailable = false;
  let flushing: Promise<void> | undefined;
  let cancelTick = () => {};
  let closed = false;

  async function insert(lines: string[]): Promise<void> {
    for (let from = 0; from < lines.length; from += BATCH) {
      const records: PredictionRecord[] = [];
      for (const line of lines.slice(from, from + BATCH)) {
        try {
          records.push(JSON.parse(line) as PredictionRecord);
        } catch {
          log.error({ line: line.slice(0, 200) }, 'a line of the prediction spool is not valid JSON');
        }
      }
      await collection.insertMany(records);
    }
  }

  function flush(): Promise<void> {
    flushing ??= spool
      .drain(insert)
      .then(() => {
        if (storeUnavailable) log.info({}, 'the store is available again for the prediction log');
        storeUnavailable = false;
      })
      .catch((error) => {
        if (!storeUnavailable)
          log.error({ err: error }, 'predictions wait on disk: the store is unavailable');
        storeUnavailable = true;
      })
      .finally(() => {
        flushing = undefined;
      });
    return flushing;
  }

  /** Deletes expired predictions once an hour, where the store has no TTL. */
  async function sweep(): Promise<void> {
    if (!sweeps || clock.now() < sweptAt + HOUR_MS) return;
    sweptAt = clock.now();
    const before = new Date(sweptAt - keepDays * DAY_MS).toISOString();
    await collection
      .deleteMany({ at: { lt: before } })
      .catch((error) => log.warn({ err: error }, 'old predictions could not be deleted'));
  }

  function tick(): void {
    cancelTick = clock.after(options.everyMs ?? 1_000, async () => {
      await flush();
      await sweep();
      if (!closed) tick();
    });
  }
  tick();

  return {
    add(records) {
      let kept = true;
      for (const record of records) {
        if (spool.append(JSON.stringify(record))) continue;
        if (dropped++ === 0) log.error({}, 'predictions are not logged: the spool is full');
        kept = false;
      }
      return kept;
    },
    flush,
    get waiting() {
      return { bytes: spool.bytes, dropped };
    },
    async close() {
      closed = true;
      cancelTick();
      await flushing;
      await flush();
      spool.close();
    },
  };
}
