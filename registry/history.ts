import { TouchlineError } from '../platform/errors.ts';
import type { Json, Store } from '../platform/store/store.ts';
import type { Tracking } from '../platform/tracking/tracking.ts';
import { type Action, type LedgerEvent, ledger, missingOutcomes, type Refusal } from './ledger.ts';
import { movedOutside } from './outside.ts';

/** Alias of the version that answers. */
export const CHAMPION = 'champion';

/** A champion and how it became one. */
export interface Reign {
  product: string;
  version: number;
  package: string;
  since: string;
  /** When the next one took over; null for the present one. */
  until: string | null;
  action: Action;
  by: string;
  previous: number | null;
  reasons: string[];
  evidence: Json;
}

export interface History {
  /** Newest first. */
  reigns: Reign[];
  /** Newest first. */
  refusals: Omit<Refusal, 'kind'>[];
}

export interface HistoryDeps {
  tracking: Tracking;
  store: Store;
}

async function eventsOf(product: string, store: Store): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for await (const event of ledger(store).all({ product }, { sort: 'at' })) events.push(event);
  return events;
}

/** Completes what a dead process left open; harmless at any time. */
export async function reconcile(product: string, deps: HistoryDeps): Promise<LedgerEvent[]> {
  // The alias is read first: an intent that is written afterwards cannot have moved it yet.
  const alias = await deps.tracking.getAlias(product, CHAMPION);
  const events = await eventsOf(product, deps.store);
  const missing = missingOutcomes(events, alias);
  const outside = await movedOutside(product, [...events, ...missing], alias, deps.tracking);
  if (missing.length === 0 && outside.length === 0) return events;
  await ledger(deps.store).insertMany([...missing, ...outside]);
  return eventsOf(product, deps.store);
}

/** Every champion and every refusal of a product. */
export async function history(product: string, deps: HistoryDeps): Promise<History> {
  const events = await reconcile(product, deps);
  const outcomes = new Map(
    events.filter((event) => event.kind === 'outcome').map((outcome) => [outcome.intent, outcome]),
  );
  const moves = events
    .filter((event) => event.kind === 'intent')
    .map((intent) => ({ intent, outcome: outcomes.get(intent.id) }))
    .filter(({ outcome }) => outcome?.outcome === 'moved')
    .sort((a, b) => b.outcome!.revision! - a.outcome!.revision!);
  return {
    reigns: moves.map(({ intent, outcome }, i) => ({
      product,
      version: intent.version,
      package: intent.package,
      since: outcome!.at,
      until: i === 0 ? null : moves[i - 1].outcome!.at,
      action: intent.action,
      by: intent.by,
      previous: intent.previous,
      reasons: intent.reasons,
      evidence: intent.evidence,
    })),
    refusals: events
      .filter((event) => event.kind === 'refusal')
      .map(({ kind: _kind, ...refusal }) => refusal)
      .reverse(),
  };
}

/** Who answered at a time (ISO date); undefined before the first champion. */
export async function championAt(
  product: string,
  time: string,
  deps: HistoryDeps,
): Promise<Reign | undefined> {
  const at = Date.parse(time);
  if (Number.isNaN(at))
    throw new TouchlineError('INVALID_INPUT', `${time} is no time: write it like 2026-01-31T12:00:00Z.`);
  const { reigns } = await history(product, deps);
  return reigns.find((reign) => Date.parse(reign.since) <= at);
}
