import type { Clock } from '../../platform/clock.ts';
import type { Collection, Store } from '../../platform/store/store.ts';
import type { ServingLog } from '../deps.ts';
import { openSpool } from './spool.ts';

/** One prediction as it was answered. */
export interface PredictionRecord {
  /** Told to the caller, so that an outcome can be joined to it later. */
  id: string;
  product: string;
  /** ISO date. */
  at: string;
  /** Content hash of the package and its version; null where the rules answered. */
  package: string | null;
  version: number | null;
  method: 'ml_trained' | 'rules_fallback';
  /** Score or probability. */
  value: number;
  low: number | null;
  high: number | null;
  confidence: number | null;
  rulesScore: number | null;
  /** From the parsed request to the answer, in milliseconds; of a batch, the share of one item. */
  latencyMs: number;
  /** Id of the key that asked. */
  caller: string;
  /** Input of the model by column, codes for categories; null where not known. */
  features: Record<string, number | null>;
}

/**
 * All predictions that were answered, by product and time.
 * @param keepDays for who writes them: where the server can delete old ones by itself, it does after so many days.
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
   * Keeps records for the store; returns at once, when they are safe against the death of this process.
   * @returns false where one could not be kept: answered all the same, and said so in the answer.
   */
  add(records: readonly PredictionRecord[]): boolean;
  /** Moves what waits into the store. Again is harmless: ids are unique. */
  flush(): Promise<void>;
  /** Bytes that wait on disk, and records that were lost because nothing more could wait. */
  readonly waiting: { bytes: number; dropped: number };
  close(): Promise<void>;
}

const BATCH = 500;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Writes to a spool on disk before the answer, and from there to the store in batches. */
export function openPredictionLog(options: {
  store: Store;
  folder: string;
  maxBytes: number;
  /** Days that predictions are kept; 0, the default: for ever. */
  keepDays?: number;
  log: ServingLog;
  clock: Clock;
  /** Milliseconds between two moves; default 1,000. */
  everyMs?: number;
}): PredictionLog {
  const { log, clock, keepDays = 0 } = options;
  const spool = openSpool(options.folder, options.maxBytes);
  const collection = predictions(options.store, keepDays);
  const sweeps = keepDays > 0 && !options.store.capabilities.ttl;
  let sweptAt = Number.NEGATIVE_INFINITY;
  let dropped = 0;
  let away = false;
  let moving: Promise<void> | undefined;
  let untick = () => {};
  let closed = false;

  async function take(lines: string[]): Promise<void> {
    for (let from = 0; from < lines.length; from += BATCH) {
      const records: PredictionRecord[] = [];
      for (const line of lines.slice(from, from + BATCH)) {
        try {
          records.push(JSON.parse(line) as PredictionRecord);
        } catch {
          log.error({ line: line.slice(0, 200) }, 'a line of the prediction spool cannot be read');
        }
      }
      await collection.insertMany(records);
    }
  }

  function flush(): Promise<void> {
    moving ??= spool
      .drain(take)
      .then(() => {
        if (away) log.info({}, 'the prediction log reaches the store again');
        away = false;
      })
      .catch((error) => {
        if (!away) log.error({ err: error }, 'predictions wait on disk: the store cannot be reached');
        away = true;
      })
      .finally(() => {
        moving = undefined;
      });
    return moving;
  }

  /** Deletes what is too old, once an hour, where the server does not. */
  async function sweep(): Promise<void> {
    if (!sweeps || clock.now() < sweptAt + HOUR_MS) return;
    sweptAt = clock.now();
    const before = new Date(sweptAt - keepDays * DAY_MS).toISOString();
    await collection
      .deleteMany({ at: { lt: before } })
      .catch((error) => log.warn({ err: error }, 'old predictions could not be deleted'));
  }

  function tick(): void {
    untick = clock.after(options.everyMs ?? 1_000, async () => {
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
        if (dropped++ === 0) log.error({}, 'predictions are no longer logged: the spool is full');
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
      untick();
      await moving;
      await flush();
      spool.close();
    },
  };
}
