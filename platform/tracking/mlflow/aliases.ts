import type { Clock } from '../../clock.ts';
import { TouchlineError } from '../../errors.ts';
import type { Document, Store, Stored } from '../../store/store.ts';
import { checkName } from '../names.ts';
import type { Alias, Tracking } from '../tracking.ts';
import type { Registry } from './client/registry.ts';

interface AliasRecord extends Document {
  model: string;
  alias: string;
  /** Null where it was taken away on the server. */
  version: number | null;
  revision: number;
  /** False until the server has it too. */
  settled: boolean;
  /** Milliseconds since 1970 until which its mover is left to tell the server. */
  until: number;
}

const CARRY_MS = 30_000;

/**
 * MLflow's aliases with compare-and-swap, which MLflow has not. The store decides: who writes the next revision of
 * the record has moved the alias, and the server is told afterwards, by whoever looks next if the mover died. A
 * record is always written before the server, so an alias that differs from a settled record that nobody has
 * changed meanwhile was moved on the server itself, and becomes the next revision.
 */
export function createAliases(
  registry: Pick<Registry, 'alias' | 'setAlias' | 'version'>,
  { store, clock }: { store: Store; clock: Pick<Clock, 'now'> },
): Pick<Tracking, 'getAlias' | 'moveAlias'> {
  const records = store.collection<AliasRecord>('tracking_mlflow_aliases');

  /**
   * Revisions grow, also past those of a history that began elsewhere: the embedded tracking counts from 1, and its
   * ledger goes on here.
   */
  const after = (record: AliasRecord | undefined) => Math.max((record?.revision ?? 0) + 1, clock.now());

  async function settle(record: Stored<AliasRecord>): Promise<boolean> {
    const { _version, ...rest } = record;
    return (await records.compareAndSwap({ ...rest, settled: true }, _version)) !== undefined;
  }

  /** Tells the server, until what it was told last is what the store says. */
  async function carry(record: Stored<AliasRecord>): Promise<void> {
    for (let current = record; current.version !== null; ) {
      await registry.setAlias(current.model, current.alias, current.version);
      const now = await records.get(current.id);
      if (now === undefined || (now.revision === current.revision && (now.settled || (await settle(now)))))
        return;
      // It was moved on meanwhile, and the server may have heard of that before it heard of ours.
      current = now;
    }
  }

  async function reconciled(model: string, alias: string): Promise<Stored<AliasRecord> | undefined> {
    const id = `${model}/${alias}`;
    for (;;) {
      const record = await records.get(id);
      const there = await registry.alias(model, alias);
      if ((record?.version ?? undefined) === there) {
        if (record && !record.settled) await settle(record);
        return record;
      }
      if (record && !record.settled) {
        if (clock.now() > record.until) await carry(record);
        return record;
      }
      const revision = after(record);
      const moved = { id, model, alias, version: there ?? null, revision, settled: true, until: 0 };
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
        revision: after(before),
        settled: false,
        until: clock.now() + CARRY_MS,
      };
      const written = await records.compareAndSwap(next, before?._version ?? 0);
      if (!written) return undefined;
      try {
        await carry(written);
      } catch (error) {
        // Away: the move stands, and the server hears of it when it is back. A refusal: it never will.
        if (!(error instanceof TouchlineError) || error.code !== 'UNAVAILABLE') {
          const back = {
            ...next,
            version: before?.version ?? null,
            revision: next.revision + 1,
            settled: true,
          };
          await records.compareAndSwap(back, written._version);
          throw error;
        }
      }
      return toAlias(written);
    },
  };
}

function toAlias(record: AliasRecord | undefined): Alias | undefined {
  if (record === undefined || record.version === null) return undefined;
  const { model, alias, version, revision } = record;
  return { model, alias, version, revision };
}
