import { randomUUID } from 'node:crypto';
import type { LoadedModel } from '../models/package/package.ts';
import type { Clock } from '../platform/clock.ts';
import { TouchlineError, toTouchlineError } from '../platform/errors.ts';
import type { Json } from '../platform/store/store.ts';
import type { ModelVersion } from '../platform/tracking/tracking.ts';
import type { Decision } from './gate.ts';
import { CHAMPION, type HistoryDeps, history, type Reign, reconcile } from './history.ts';
import { type Action, type Intent, ledger } from './ledger.ts';

export interface PromotionDeps extends HistoryDeps {
  clock: Pick<Clock, 'now'>;
  /** Fetches, checks (hash, golden outputs) and opens a package: what does not load never becomes champion. */
  load(hash: string): Promise<LoadedModel>;
}

interface Asked {
  product: string;
  /** Person or job. */
  by: string;
  /** Names the request: where it is asked again, as after a crash, its refusal is kept once. */
  key?: string;
}

async function champion(product: string, { tracking }: PromotionDeps) {
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
