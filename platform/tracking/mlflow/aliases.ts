import type { Clock } from '../../clock.ts';
import { TouchlineError } from '../../errors.ts';
import { createLeases } from '../../lease.ts';
import type { Document, Store, Stored } from '../../store/store.ts';
import { checkName } from '../names.ts';
import type { Alias, Tracking } from '../tracking.ts';
import type { Registry } from './client/registry.ts';

interface AliasRecord extends Document {
  model: string;
  alias: string;
  /** Null if the alias was deleted on the server. */
  version: number | null;
  revision: number;
  /** False until the server has this version too. */
  settled: boolean;
  /** Milliseconds since 1970 until which one process has the lease to move the alias on the server. */
  until: number;
}

/** How long a crashed process keeps others from completing its move on the server. */
const LEASE_MS = 30_000;

/**
 * MLflow's aliases with compare-and-swap, which MLflow itself does not offer. The store decides: the process that writes
 * the next revision of the record has moved the alias. It then moves the alias on the server under a lease; if it
 * crashes, the next process that reads the alias completes the move. Because a record is always written before the
 * server, an alias that differs from a settled record was moved on the server itself, and becomes the next revision.
 */
export function createAliases(
  registry: Pick<Registry, 'alias' | 'setAlias' | 'version'>,
  { store, clock }: { store: Store; clock: Clock },
): Pick<Tracking, 'getAlias' | 'moveAlias'> {
  const records = store.collection<AliasRecord>('tracking_mlflow_aliases');
  const leases = createLeases({
    ...{ collection: records, clock, leaseMs: LEASE_MS },
    leasedUntil: ({ until }) => until,
    withLease: (record, until) => ({ ...record, until }),
  });

  /** Times exceed the revisions of an exported embedded history, which count from 1, so that its ledger continues. */
  const revisionAfter = (record: AliasRecord | undefined) =>
    Math.max((record?.revision ?? 0) + 1, clock.now());

  async function settle(record: Stored<AliasRecord>): Promise<boolean> {
    return (await records.compareAndSwap({ ...record, settled: true }, record._version)) !== undefined;
  }

  /** Moves the alias on the server, until its last move is the one that the store says. */
  async function moveOnServer(record: Stored<AliasRecord>): Promise<void> {
    for (let current = record; current.version !== null; ) {
      await registry.setAlias(current.model, current.alias, current.version);
      const latest = await records.get(current.id);
      if (!latest || (latest.revision === current.revision && (latest.settled || (await settle(latest)))))
        return;
      // Another process moved it in the meantime, and its request may have reached the server before ours.
      current = latest;
    }
  }

  /** Completes a move on the server whose process crashed, unless another process does so. */
  async function completeMove(record: Stored<AliasRecord>): Promise<void> {
    const lease = await leases.take(record, record._version);
    if (!lease) return;
    try {
      await moveOnServer(lease.taken);
    } finally {
      lease.abandon();
    }
  }

  async function reconciled(model: string, alias: string): Promise<Stored<AliasRecord> | undefined> {
    const id = `${model}/${alias}`;
    for (;;) {
      const record = await records.get(id);
      const onServer = await registry.alias(model, alias);
      if ((record?.version ?? undefined) === onServer) {
        if (!record || record.settled) return record;
        await settle(record);
        continue;
      }
      if (record && !record.settled) {
        if (clock.now() <= record.until) return record;
        await completeMove(record);
        continue;
      }
      const revision = revisionAfter(record);
      const moved = { id, model, alias, version: onServer ?? null, revision, settled: true, until: 0 };
      const written = await records.compareAndSwap(moved, record?._version ?? 0);
      if (written) return written;
    }
  }

  return {
    async getAlias(model, alias) {
      return toAlias(await reconciled(model, alias));
    },
    async moveAlias(model, alias, version, expected) {
      checkName('alias', alias);
      if (!(await registry.version(model, version)))
        throw new TouchlineError('NOT_FOUND', `Model '${model}' has no version ${version}.`);
      const before = await reconciled(model, alias);
      if ((toAlias(before)?.revision ?? 0) !== expected) return undefined;
      const next: AliasRecord = {
        ...{ id: `${model}/${alias}`, model, alias, version },
        revision: revisionAfter(before),
        settled: false,
        until: 0,
      };
      const lease = await leases.take(next, before?._version ?? 0);
      if (!lease) return undefined;
      try {
        await moveOnServer(lease.taken);
      } catch (error) {
        // If the server is unavailable, the move stands and is completed later. Otherwise the server rejects it for good.
        if (!(error instanceof TouchlineError) || error.code !== 'UNAVAILABLE') {
          const version = before?.version ?? null;
          await lease.release((record) => ({
            ...{ ...record, version, settled: true },
            revision: record.revision + 1,
          }));
          throw error;
        }
      } finally {
        lease.abandon();
      }
      return toAlias(lease.taken);
    },
  };
}

function toAlias(record: AliasRecord | undefined): Alias | undefined {
  if (record === undefined || record.version === null) return undefined;
  const { model, alias, version, revision } = record;
  return { model, alias, version, revision };
}
