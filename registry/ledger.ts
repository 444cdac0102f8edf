import type { Collection, Json, Store } from '../platform/store/store.ts';

export type Action = 'promote' | 'rollback';

/** What somebody set out to do, written before it is done. */
export interface Intent {
  id: string;
  kind: 'intent';
  product: string;
  at: string;
  action: Action;
  by: string;
  /** Version that should become champion, and the content hash of its package. */
  version: number;
  package: string;
  /** Champion at that time; null where there was none. */
  previous: number | null;
  /** Revision of the alias that it starts from; 0 where it was not set. */
  expected: number;
  reasons: string[];
  /** Decision and what it rests on. */
  evidence: Json;
}

/** What became of an intent: the alias moved to `revision`, or somebody else was faster. */
export interface Outcome {
  id: string;
  kind: 'outcome';
  product: string;
  at: string;
  intent: string;
  outcome: 'moved' | 'lost';
  /** Revision of the alias after the move; null where it was lost. */
  revision: number | null;
}

/** A version that did not become champion: the gate said no, or its package cannot be trusted. */
export interface Refusal {
  id: string;
  kind: 'refusal';
  product: string;
  at: string;
  action: Action;
  by: string;
  version: number;
  package: string;
  previous: number | null;
  code: string;
  reasons: string[];
  evidence: Json;
}

export type LedgerEvent = Intent | Outcome | Refusal;

/** The ledger: events are inserted, never changed. */
export function ledger(store: Store): Collection<LedgerEvent> {
  return store.collection<LedgerEvent>('ledger', { indexes: [['product', 'at']] });
}

/** Alias as it stands; undefined where it is not set. */
export type Standing = { version: number; revision: number } | undefined;

/**
 * Outcomes that are missing because a process died between moving the alias and writing so. Pure.
 * Revisions of an alias grow. An intent whose revision the alias still has did not move it (yet). If the alias left that revision, one of the intents
 * that started from it moved it: the one whose version the alias, or the intent that followed, names.
 */
export function missingOutcomes(events: readonly LedgerEvent[], alias: Standing): Outcome[] {
  const intents = events.filter((event) => event.kind === 'intent');
  const outcomes = new Map(
    events.filter((event) => event.kind === 'outcome').map((outcome) => [outcome.intent, outcome]),
  );
  const winners = new Set(
    intents.filter((one) => outcomes.get(one.id)?.outcome === 'moved').map((one) => one.expected),
  );
  const missing: Outcome[] = [];
  for (const intent of intents) {
    // One from a later revision was written after the alias was read.
    if (outcomes.has(intent.id) || intent.expected >= (alias?.revision ?? 0)) continue;
    const next = winners.has(intent.expected) ? undefined : revisionAfter(intent, intents, alias);
    if (next !== undefined) winners.add(intent.expected);
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

/** The revision that followed the one an intent started from, if the intent's version stood there. */
function revisionAfter(intent: Intent, intents: readonly Intent[], alias: Standing): number | undefined {
  const later = intents
    .filter((one) => one.expected > intent.expected)
    .sort((a, b) => a.expected - b.expected)[0];
  const stood =
    later === undefined || (alias !== undefined && alias.revision < later.expected)
      ? alias
      : { version: later.previous, revision: later.expected };
  return stood !== undefined && stood.version === intent.version ? stood.revision : undefined;
}
