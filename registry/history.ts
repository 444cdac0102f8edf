import { TouchlineError } from '../platform/errors.ts';
import type { Json, Store } from '../platform/store/store.ts';
import type { Tracking } from '../platform/tracking/tracking.ts';
import { externalAliasMoves } from './external-alias-moves.ts';
import { type ChampionAction, type LedgerEvent, ledger, missingOutcomes, type Rejection } from './ledger.ts';
import { STORED } from './stored-names.ts';

/** Alias of the version that serves predictions. */
export const CHAMPION = 'champion';

/** The time that one version was champion, and how it became so. */
export interface ChampionPeriod {
  product: string;
  version: number;
  package: string;
  since: string;
  /** When the next champion took over; null for the present one. */
  until: string | null;
  action: ChampionAction;
  by: string;
  previous: number | null;
  reasons: string[];
  evidence: Json;
}

export interface History {
  /** Newest first. */
  periods: ChampionPeriod[];
  /** Newest first. */
  rejections: Omit<Rejection, 'kind'>[];
}

export interface HistoryDeps {
  tracking: Tracking;
  store: Store;
}

async function eventsOf(product: string, store: Store): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for await (const { _version, ...event } of ledger(store).all({ product }, { sort: 'at' }))
    events.push(event);
  return events;
}

/** Records what a process that died left unrecorded, and alias moves made elsewhere. Idempotent. */
export async function reconcile(product: string, deps: HistoryDeps): Promise<LedgerEvent[]> {
  // The alias is read first: an intent that is written afterwards cannot have moved it yet.
  const alias = await deps.tracking.getAlias(product, CHAMPION);
  const events = await eventsOf(product, deps.store);
  const missing = missingOutcomes(events, alias);
  const external = await externalAliasMoves(product, [...events, ...missing], alias, deps.tracking);
  if (missing.length === 0 && external.length === 0) return events;
  await ledger(deps.store).insertMany([...missing, ...external]);
  return eventsOf(product, deps.store);
}

/** Every champion and every rejected version of a product. */
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
    periods: moves.map(({ intent, outcome }, i) => ({
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
    rejections: events
      .filter((event) => event.kind === STORED.rejection)
      .map(({ kind: _kind, ...rejection }) => rejection)
      .reverse(),
  };
}

/** The history as the HTTP API and `--json` answer it. */
export function historyJson({ periods, rejections }: History) {
  return { [STORED.periods]: periods, [STORED.rejections]: rejections };
}

/**
 * The champion at a time; undefined before the first one.
 * @param time ISO date
 * @throws INVALID_INPUT where `time` is not a date
 */
export async function championAt(
  product: string,
  time: string,
  deps: HistoryDeps,
): Promise<ChampionPeriod | undefined> {
  const at = Date.parse(time);
  if (Number.isNaN(at))
    throw new TouchlineError('INVALID_INPUT', `'${time}' is not a time: write it like 2026-01-31T12:00:00Z.`);
  const { periods } = await history(product, deps);
  return periods.find((period) => Date.parse(period.since) <= at);
}
