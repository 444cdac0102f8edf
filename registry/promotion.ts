import { randomUUID } from 'node:crypto';
import type { LoadedModel } from '../models/package/package.ts';
import type { Clock } from '../platform/clock.ts';
import { TouchlineError, toTouchlineError } from '../platform/errors.ts';
import type { Json, Store } from '../platform/store/store.ts';
import type { ModelVersion, Tracking } from '../platform/tracking/tracking.ts';
import type { Decision } from './gate.ts';
import {
  type Action,
  type Intent,
  type LedgerEvent,
  ledger,
  missingOutcomes,
  type Refusal,
} from './ledger.ts';

export const CHAMPION = 'champion';

export interface PromotionDeps {
  tracking: Tracking;
  store: Store;
  clock: Pick<Clock, 'now'>;
  /** Fetches, checks (hash, golden outputs) and opens a package: what does not load never becomes champion. */
  load(hash: string): Promise<LoadedModel>;
}

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

interface Asked {
  product: string;
  /** Person or job. */
  by: string;
  /** Names the request: where it is asked again, as after a crash, its refusal is kept once. */
  key?: string;
}

async function champion(product: string, { tracking }: Pick<PromotionDeps, 'tracking'>) {
  const alias = await tracking.getAlias(product, CHAMPION);
  return { version: alias?.version ?? null, revision: alias?.revision ?? 0 };
}

async function versionOf(product: string, version: number, deps: PromotionDeps): Promise<ModelVersion> {
  const found = await deps.tracking.getVersion(product, version);
  if (found === undefined)
    throw new TouchlineError('NOT_FOUND', `${product} has no version ${version}.`, {
      details: { product, version },
    });
  return found;
}

async function refuse(
  asked: Asked & { action: Action; previous: number | null; evidence: Json },
  version: ModelVersion,
  error: TouchlineError,
  reasons: string[],
  deps: Pick<PromotionDeps, 'store' | 'clock'>,
): Promise<never> {
  const { key, ...known } = asked;
  await ledger(deps.store).insertMany([
    {
      id: key === undefined ? randomUUID() : `refusal/${key}`,
      kind: 'refusal',
      at: new Date(deps.clock.now()).toISOString(),
      ...known,
      version: version.version,
      package: version.package,
      code: error.code,
      reasons,
    },
  ]);
  throw error;
}

/** Writes the intent, moves the alias if nobody else did, and writes what became of it. */
async function move(
  asked: Asked & { action: Action; reasons: string[]; evidence: Json },
  target: ModelVersion,
  from: { version: number | null; revision: number },
  deps: PromotionDeps,
): Promise<Reign> {
  const { product, by, key, action, reasons, evidence } = asked;
  const { tracking, clock } = deps;
  const events = ledger(deps.store);
  try {
    const model = await deps.load(target.package);
    await model.close();
  } catch (error) {
    const ours = toTouchlineError(error);
    return refuse(
      { product, by, key, action, previous: from.version, evidence },
      target,
      ours,
      [ours.message],
      deps,
    );
  }
  const intent: Intent = {
    id: randomUUID(),
    kind: 'intent',
    product,
    at: new Date(clock.now()).toISOString(),
    action,
    by,
    version: target.version,
    package: target.package,
    previous: from.version,
    expected: from.revision,
    reasons,
    evidence,
  };
  await events.insert(intent);
  const moved = await tracking.moveAlias(product, CHAMPION, target.version, from.revision);
  const at = new Date(clock.now()).toISOString();
  // A reader that found the alias moved may have written this outcome meanwhile: then it stands already.
  await events.insertMany([
    {
      id: `${intent.id}/outcome`,
      kind: 'outcome',
      product,
      at,
      intent: intent.id,
      outcome: moved === undefined ? 'lost' : 'moved',
      revision: moved?.revision ?? null,
    },
  ]);
  if (moved === undefined)
    throw new TouchlineError('CONFLICT', `Another champion of ${product} was named meanwhile.`, {
      details: { product, version: target.version },
    });
  return {
    product,
    version: target.version,
    package: target.package,
    since: at,
    until: null,
    action,
    by,
    previous: from.version,
    reasons,
    evidence,
  };
}

/**
 * Makes a version champion, and writes who, when, why and on which evidence.
 * @param asked.decision of the gate; without one it is done by hand and the ledger says so.
 * @throws REFUSED_BY_GATE with the reasons; PARITY_FAILED or PACKAGE_INVALID (all of these are kept in the ledger);
 * CONFLICT where somebody else was faster; ALREADY_EXISTS where it is the champion; NOT_FOUND without such a version.
 */
export async function promote(
  asked: Asked & { version: number; decision?: Decision; reason?: string; evidence?: Json },
  deps: PromotionDeps,
): Promise<Reign> {
  const { product, by, key, decision } = asked;
  await reconcile(product, deps);
  const target = await versionOf(product, asked.version, deps);
  const from = await champion(product, deps);
  const evidence = { decision: (decision ?? null) as unknown as Json, ...(asked.evidence as object) } as Json;
  const action = 'promote' as const;
  if (decision !== undefined && !decision.promoted) {
    const error = new TouchlineError(
      'REFUSED_BY_GATE',
      `Version ${target.version} of ${product} was refused.`,
      {
        details: { product, version: target.version, reasons: decision.reasons },
      },
    );
    return refuse(
      { product, by, key, action, previous: from.version, evidence },
      target,
      error,
      decision.reasons,
      deps,
    );
  }
  if (from.version === target.version)
    throw new TouchlineError(
      'ALREADY_EXISTS',
      `Version ${target.version} is the champion of ${product} already.`,
    );
  const why = asked.reason === undefined ? [] : [asked.reason];
  const reasons = [...why, ...(decision?.reasons ?? (why.length > 0 ? [] : ['By hand, without the gate.']))];
  return move({ product, by, key, action, reasons, evidence }, target, from, deps);
}

/**
 * Keeps in the ledger that a version was turned away before anyone judged it, as where its package does not load.
 * @throws the error.
 */
export async function turnAway(
  asked: Asked & { version: number; error: TouchlineError; evidence?: Json },
  deps: PromotionDeps,
): Promise<never> {
  const { product, by, key, error, evidence = {} } = asked;
  const target = await versionOf(product, asked.version, deps);
  const { version: previous } = await champion(product, deps);
  const refusal = { product, by, key, action: 'promote', previous, evidence } as const;
  return refuse(refusal, target, error, [error.message], deps);
}

/**
 * Goes back to the champion that the present one replaced. Again goes back one more.
 * @throws NOT_FOUND where there is nothing to go back to; PARITY_FAILED, PACKAGE_INVALID, CONFLICT as with promote.
 */
export async function rollback(asked: Asked & { reason?: string }, deps: PromotionDeps): Promise<Reign> {
  const { product, by } = asked;
  const { reigns } = await history(product, deps);
  const from = await champion(product, deps);
  const promotion = reigns.find((reign) => reign.action === 'promote' && reign.version === from.version);
  if (promotion?.previous == null)
    throw new TouchlineError('NOT_FOUND', `${product} has no earlier champion to go back to.`, {
      details: { product, version: from.version },
    });
  const target = await versionOf(product, promotion.previous, deps);
  const reasons = [asked.reason ?? `Back from version ${from.version}.`];
  return move({ product, by, action: 'rollback', reasons, evidence: {} }, target, from, deps);
}

async function eventsOf(product: string, store: Store): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for await (const event of ledger(store).all({ product }, { sort: 'at' })) events.push(event);
  return events;
}

/** Completes what a dead process left open; harmless at any time. */
async function reconcile(
  product: string,
  deps: Pick<PromotionDeps, 'tracking' | 'store'>,
): Promise<LedgerEvent[]> {
  // The alias is read first: an intent that is written afterwards cannot have moved it yet.
  const alias = await deps.tracking.getAlias(product, CHAMPION);
  const events = await eventsOf(product, deps.store);
  const missing = missingOutcomes(events, alias);
  if (missing.length === 0) return events;
  await ledger(deps.store).insertMany(missing);
  return eventsOf(product, deps.store);
}

/** Every champion and every refusal of a product. */
export async function history(
  product: string,
  deps: Pick<PromotionDeps, 'tracking' | 'store'>,
): Promise<History> {
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
  deps: Pick<PromotionDeps, 'tracking' | 'store'>,
): Promise<Reign | undefined> {
  const at = Date.parse(time);
  if (Number.isNaN(at))
    throw new TouchlineError('INVALID_INPUT', `${time} is no time: write it like 2026-01-31T12:00:00Z.`);
  const { reigns } = await history(product, deps);
  return reigns.find((reign) => Date.parse(reign.since) <= at);
}
