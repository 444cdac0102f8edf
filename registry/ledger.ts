import type { Collection, Json, Store } from '../platform/store/store.ts';
import type { STORED } from './stored-names.ts';

export type ChampionAction = 'promote' | 'rollback';

/** An intended move of the champion alias, written before the alias is moved. */
export interface Intent {
  id: string;
  kind: 'intent';
  product: string;
  at: string;
  action: ChampionAction;
  by: string;
  /** Version that should become champion, and the content hash of its package. */
  version: number;
  package: string;
  /** Champion at that time; null where there was none. */
  previous: number | null;
  /** Revision of the alias that the move starts from; 0 where the alias was not set. */
  expected: number;
  reasons: string[];
  /** The decision and what it rests on. */
  evidence: Json;
}

/** How an intent ended: the alias moved to `revision`, or another process moved it first. */
export interface Outcome {
  id: string;
  kind: 'outcome';
  product: string;
  at: string;
  intent: string;
  outcome: 'moved' | 'lost';
  /** Revision of the alias after the move; null where the intent lost. */
  revision: number | null;
}

/** A version that did not become champion: the gate rejected it, or its package cannot be loaded. */
export interface Rejection {
  id: string;
  kind: typeof STORED.rejection;
  product: string;
  at: string;
  action: ChampionAction;
  by: string;
  version: number;
  package: string;
  previous: number | null;
  code: string;
  reasons: string[];
  evidence: Json;
}

export type LedgerEvent = Intent | Outcome | Rejection;

/** The append-only ledger: events are inserted and never changed. */
export function ledger(store: Store): Collection<LedgerEvent> {
  return store.collection<LedgerEvent>('ledger', { indexes: [['product', 'at']] });
}

/** Current state of the champion alias; undefined where it is not set. */
export type AliasState = { version: number; revision: number } | undefined;

/**
 * Outcomes that are missing because a process died between moving the alias and recording it. Pure.
 * Revisions of an alias only grow. An intent whose starting revision the alias still has did not move it (yet). Where the
 * alias has left that revision, one of the intents that started from it moved it: the one whose version is named by the
 * alias or by the intent that followed.
 */
export function missingOutcomes(events: readonly LedgerEvent[], alias: AliasState): Outcome[] {
  const intents = events.filter((event) => event.kind === 'intent');
  const outcomes = new Map(
    events.filter((event) => event.kind === 'outcome').map((outcome) => [outcome.intent, outcome]),
  );
  const movedFrom = new Set(
    intents.filter((one) => outcomes.get(one.id)?.outcome === 'moved').map((one) => one.expected),
  );
  const missing: Outcome[] = [];
  for (const intent of intents) {
    // An intent that starts from a later revision was written after the alias was read.
    if (outcomes.has(intent.id) || intent.expected >= (alias?.revision ?? 0)) continue;
    const next = movedFrom.has(intent.expected) ? undefined : revisionAfter(intent, intents, alias);
    if (next !== undefined) movedFrom.add(intent.expected);
    missing.push({
      id: `${intent.id}/outcome`,
      kind: 'outcome',
      product: intent.product,
      at: intent.at,
      intent: intent.id,
      outcome: next === undefined ? 'lost' : 'moved',
      revision: next ?? null,
    });
  }
  return missing;
}

/** The revision that followed the one an intent started from, if the alias then named the intent's version. */
function revisionAfter(intent: Intent, intents: readonly Intent[], alias: AliasState): number | undefined {
  const later = intents
    .filter((one) => one.expected > intent.expected)
    .sort((a, b) => a.expected - b.expected)[0];
  const following =
    later === undefined || (alias !== undefined && alias.revision < later.expected)
      ? alias
      : { version: later.previous, revision: later.expected };
  return following !== undefined && following.version === intent.version ? following.revision : undefined;
}
