import { randomUUID } from 'node:crypto';
import type { LoadedModel } from '../models/package/package.ts';
import type { Clock } from '../platform/clock.ts';
import { type ErrorCode, TouchlineError } from '../platform/errors.ts';
import type { Json } from '../platform/store/store.ts';
import type { ModelVersion } from '../platform/tracking/tracking.ts';
import type { Decision } from './gate.ts';
import { CHAMPION, type ChampionPeriod, type HistoryDeps, history, reconcile } from './history.ts';
import { type ChampionAction, type Intent, ledger } from './ledger.ts';
import { STORED } from './stored-names.ts';

export interface PromotionDeps extends HistoryDeps {
  clock: Pick<Clock, 'now'>;
  /** Fetches, verifies (hash, golden outputs) and opens a package: a package that does not load never becomes champion. */
  load(hash: string): Promise<LoadedModel>;
}

/** Who requests a change of the champion. */
interface Requester {
  product: string;
  /** Person or job. */
  by: string;
  /** Idempotency key: a request that is repeated, as after a crash, records its rejection once. */
  key?: string;
}

interface AliasPosition {
  version: number | null;
  revision: number;
}

async function championAlias(product: string, { tracking }: PromotionDeps): Promise<AliasPosition> {
  const alias = await tracking.getAlias(product, CHAMPION);
  return { version: alias?.version ?? null, revision: alias?.revision ?? 0 };
}

async function getVersion(product: string, version: number, deps: PromotionDeps): Promise<ModelVersion> {
  const found = await deps.tracking.getVersion(product, version);
  if (found === undefined)
    throw new TouchlineError('NOT_FOUND', `${product} has no version ${version}.`, {
      details: { product, version },
    });
  return found;
}

const PACKAGE_FAULTS: ReadonlySet<ErrorCode> = new Set(['PACKAGE_INVALID', 'PARITY_FAILED', 'MODEL_ERROR']);

/**
 * Whether an error of loading a package says that the package itself is bad. Any other error, such as an unavailable blob
 * store, says nothing about the package: it is not a reason to reject it, and the request may be repeated.
 */
export const isPackageFault = (error: unknown): error is TouchlineError =>
  error instanceof TouchlineError && PACKAGE_FAULTS.has(error.code);

/** Writes the rejection to the ledger and throws its error. */
async function reject(
  request: Requester & { action: ChampionAction; previous: number | null; evidence: Json },
  version: ModelVersion,
  error: TouchlineError,
  reasons: string[],
  deps: Pick<PromotionDeps, 'store' | 'clock'>,
): Promise<never> {
  const { key, ...recorded } = request;
  await ledger(deps.store).insertMany([
    {
      id: key === undefined ? randomUUID() : `${STORED.rejection}/${key}`,
      kind: STORED.rejection,
      at: new Date(deps.clock.now()).toISOString(),
      ...recorded,
      version: version.version,
      package: version.package,
      code: error.code,
      reasons,
    },
  ]);
  throw error;
}

/** Writes the intent, moves the alias by compare-and-swap, and writes the outcome. */
async function moveChampion(
  request: Requester & { action: ChampionAction; reasons: string[]; evidence: Json },
  target: ModelVersion,
  from: AliasPosition,
  deps: PromotionDeps,
): Promise<ChampionPeriod> {
  const { product, by, key, action, reasons, evidence } = request;
  const { tracking, clock } = deps;
  const events = ledger(deps.store);
  try {
    const model = await deps.load(target.package);
    await model.close();
  } catch (error) {
    if (!isPackageFault(error)) throw error;
    const rejection = { product, by, key, action, previous: from.version, evidence };
    return reject(rejection, target, error, [error.message], deps);
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
  // `insertMany` keeps an outcome that a concurrent `reconcile` may have recorded in the meantime.
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
    throw new TouchlineError(
      'CONFLICT',
      `The champion of ${product} was changed by somebody else at the same time.`,
      { details: { product, version: target.version } },
    );
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
 * Makes a version champion and records who did it, when, why, and on which evidence.
 * @param request.decision of the gate; without one the promotion is manual, and the ledger says so.
 * @throws REFUSED_BY_GATE with the reasons, or a fault of the package such as PACKAGE_INVALID (both are recorded); CONFLICT
 * where another process was faster; ALREADY_EXISTS where the version is champion already; NOT_FOUND for an unknown version.
 */
export async function promote(
  request: Requester & { version: number; decision?: Decision; reason?: string; evidence?: Json },
  deps: PromotionDeps,
): Promise<ChampionPeriod> {
  const { product, by, key, decision } = request;
  await reconcile(product, deps);
  const target = await getVersion(product, request.version, deps);
  const from = await championAlias(product, deps);
  const evidence = {
    decision: (decision ?? null) as unknown as Json,
    ...(request.evidence as object),
  } as Json;
  const action = 'promote' as const;
  if (decision !== undefined && !decision.promoted) {
    const { reasons } = decision;
    const error = new TouchlineError(
      'REFUSED_BY_GATE',
      `The gate rejected version ${target.version} of ${product}.`,
      { details: { product, version: target.version, reasons } },
    );
    return reject(
      { product, by, key, action, previous: from.version, evidence },
      target,
      error,
      reasons,
      deps,
    );
  }
  if (from.version === target.version)
    throw new TouchlineError(
      'ALREADY_EXISTS',
      `Version ${target.version} is already the champion of ${product}.`,
    );
  const why = request.reason === undefined ? [] : [request.reason];
  const reasons = [...why, ...(decision?.reasons ?? (why.length > 0 ? [] : ['Manually, without the gate.']))];
  return moveChampion({ product, by, key, action, reasons, evidence }, target, from, deps);
}

/**
 * Records in the ledger that a version was rejected before the gate could judge it, for example because its package does
 * not load.
 * @throws the given error.
 */
export async function recordRejection(
  request: Requester & { version: number; error: TouchlineError; evidence?: Json },
  deps: PromotionDeps,
): Promise<never> {
  const { product, by, key, error, evidence = {} } = request;
  const target = await getVersion(product, request.version, deps);
  const { version: previous } = await championAlias(product, deps);
  const rejection = { product, by, key, action: 'promote', previous, evidence } as const;
  return reject(rejection, target, error, [error.message], deps);
}

/**
 * Restores the champion that the present one replaced. Called again, it goes back one champion more.
 * @throws NOT_FOUND where there is no earlier champion; PARITY_FAILED, PACKAGE_INVALID, CONFLICT as with {@link promote}.
 */
export async function rollback(
  request: Requester & { reason?: string },
  deps: PromotionDeps,
): Promise<ChampionPeriod> {
  const { product, by } = request;
  const { periods } = await history(product, deps);
  const from = await championAlias(product, deps);
  const promotion = periods.find((period) => period.action === 'promote' && period.version === from.version);
  if (promotion?.previous == null)
    throw new TouchlineError('NOT_FOUND', `${product} has no earlier champion to roll back to.`, {
      details: { product, version: from.version },
    });
  const target = await getVersion(product, promotion.previous, deps);
  const reasons = [request.reason ?? `Rolled back from version ${from.version}.`];
  return moveChampion({ product, by, action: 'rollback', reasons, evidence: {} }, target, from, deps);
}
