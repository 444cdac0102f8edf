import type { Device } from '../../models/onnx/device.ts';
import type { LoadedModel } from '../../models/package/package.ts';
import type { Clock } from '../../platform/clock.ts';
import { TouchlineError, toTouchlineError } from '../../platform/errors.ts';
import type { Message, Notify } from '../../platform/notify/notify.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Tracking } from '../../platform/tracking/tracking.ts';
import { withTimeout } from '../../platform/with-timeout.ts';
import { CHAMPION } from '../../registry/history.ts';
import type { ServingLog } from '../deps.ts';
import type { ServedProduct } from '../product.ts';
import { type LoadFailure, messageOfFailure } from './load-failure.ts';
import { requireSameFeatures } from './package-input.ts';
import { type Served, SharedModel } from './shared-model.ts';

export interface ChampionState {
  served?: Omit<Served, 'model'> & { estimator: string; device: Device };
  /** Why the version that the alias names could not be loaded. An older version may be answering meanwhile. */
  failure?: LoadFailure;
}

export interface Champions {
  /** Loads what the aliases name, and keeps polling them. Resolves after the first poll, whatever its result. */
  start(): Promise<void>;
  /** Polls the alias of a product at once, such as after a promotion in this process. */
  refresh(product: string): Promise<void>;
  /** Works with the present champion, which stays open until the work is done even if another one replaces it. */
  use<T>(product: string, work: (served: Served | undefined) => Promise<T>): Promise<T>;
  state(product: string): ChampionState;
  close(): Promise<void>;
}

export interface ChampionsDeps {
  products: readonly ServedProduct[];
  tracking: Pick<Tracking, 'getAlias' | 'getVersion'>;
  store: Store;
  notify: Pick<Notify, 'send'>;
  log: ServingLog;
  clock: Clock;
  /** Fetches a package, verifies it (hash, golden outputs) and opens it. */
  load(hash: string): Promise<LoadedModel>;
  pollMs?: number;
}

/** The champion verified last, so that a server can start while the tracking server is unavailable. */
interface RememberedChampion {
  id: string;
  version: number;
  package: string;
}

interface Target {
  version: number;
  package: string;
}

/** What is known about the champion of one product. */
interface Slot {
  product: ServedProduct;
  model?: SharedModel;
  failure?: LoadFailure;
  /** When to try the failed version again. */
  retryAt: number;
  tries: number;
  /** Whether the alias could not be read at the last poll. */
  aliasUnavailable: boolean;
  /** False before the first poll. */
  polled: boolean;
  polling?: Promise<void>;
  /** A refresh was requested during a poll, which may have read the alias before the change. */
  pollAgain: boolean;
}

const MAX_RETRY_MS = 60_000;
/** How long a start waits for the alias before it falls back to the champion that it remembers. */
const START_TIMEOUT_MS = 2_000;

/** Polls the champion alias of each product: loads a new champion alongside the old one, swaps them, and drains the old. */
export function createChampions(deps: ChampionsDeps): Champions {
  const { tracking, store, log, clock } = deps;
  const remembered = store.collection<RememberedChampion>('serving_champions');
  const slots = new Map<string, Slot>(
    deps.products.map((product) => [
      product.name,
      { product, retryAt: 0, tries: 0, aliasUnavailable: false, polled: false, pollAgain: false },
    ]),
  );
  let cancelPoll = () => {};
  let closed = false;
  const timestamp = () => new Date(clock.now()).toISOString();

  async function readAlias(product: string, present: Served | undefined): Promise<Target | undefined> {
    const alias = await tracking.getAlias(product, CHAMPION);
    // A version is immutable, so the present one need not be read again.
    if (alias === undefined || alias.version === present?.version) return alias && present;
    const version = await tracking.getVersion(product, alias.version);
    if (version === undefined)
      throw new TouchlineError('NOT_FOUND', `${product}: version ${alias.version} is not registered.`);
    return version;
  }

  /** What the alias names; while it cannot be read and no champion is loaded, the one remembered from before. */
  async function findTarget(slot: Slot): Promise<Target | undefined> {
    const { name } = slot.product;
    const last = slot.model === undefined ? await remembered.get(name) : undefined;
    try {
      const reading = readAlias(name, slot.model?.served);
      // A tracking server that hangs must not hold up the start, nor a server that has a champion to fall back to.
      const bounded = last !== undefined || !slot.polled;
      slot.polled = true;
      const target = await (bounded ? withTimeout(START_TIMEOUT_MS, reading) : reading);
      if (slot.aliasUnavailable) log.info({ product: name }, 'the champion alias can be read again');
      slot.aliasUnavailable = false;
      return target;
    } catch (error) {
      // Logged once per outage, while polling goes on.
      if (!slot.aliasUnavailable)
        log.warn({ product: name, err: error }, 'the champion alias could not be read');
      slot.aliasUnavailable = true;
      return last;
    }
  }

  async function poll(slot: Slot): Promise<void> {
    const target = await findTarget(slot);
    if (closed || target === undefined) return;
    if (target.package === slot.model?.served.package) return resolveFailure(slot);
    if (slot.failure?.package === target.package && clock.now() < slot.retryAt) return;
    try {
      await swap(slot, target);
    } catch (error) {
      await recordFailure(slot, target, error);
    }
  }

  async function swap(slot: Slot, target: Target): Promise<void> {
    const { product } = slot;
    const { version, package: hash } = target;
    const model = await deps.load(hash);
    try {
      requireSameFeatures(product, model);
    } catch (error) {
      await model.close();
      throw error;
    }
    if (closed) return model.close();
    const old = slot.model;
    slot.model = new SharedModel({ version, package: hash, since: timestamp(), model });
    slot.tries = 0;
    old?.retire();
    log.info({ product: product.name, version, package: hash }, 'champion loaded');
    await resolveFailure(slot);
    await remembered
      .put({ id: product.name, version, package: hash })
      .catch((error) =>
        log.warn({ product: product.name, err: error }, 'the champion could not be remembered'),
      );
  }

  async function recordFailure(slot: Slot, target: Target, error: unknown): Promise<void> {
    const { name } = slot.product;
    const { code, message } = toTouchlineError(error);
    const first = slot.failure?.package !== target.package;
    if (first) {
      slot.tries = 0;
      await resolveFailure(slot);
    }
    const at = timestamp();
    slot.failure = { version: target.version, package: target.package, code, message, at };
    slot.retryAt = clock.now() + Math.min(MAX_RETRY_MS, 1_000 * 2 ** slot.tries++);
    log.error({ product: name, version: target.version, err: error }, 'the champion could not be loaded');
    if (!first) return;
    const consequence =
      slot.model === undefined
        ? 'No model is answering.'
        : `Version ${slot.model.served.version} keeps answering.`;
    await notify(slot, slot.failure, { status: 'open', body: `${code}: ${message}\n${consequence}`, at });
  }

  /** Closes the incident of a failed load, because the version was loaded or is no longer the champion. */
  async function resolveFailure(slot: Slot): Promise<void> {
    const { failure, model } = slot;
    if (failure === undefined) return;
    slot.failure = undefined;
    const body =
      model === undefined ? 'It is no longer the champion.' : `Version ${model.served.version} is answering.`;
    await notify(slot, failure, { status: 'resolved', body, at: timestamp() });
  }

  async function notify(slot: Slot, failure: LoadFailure, news: Pick<Message, 'status' | 'body' | 'at'>) {
    try {
      await deps.notify.send(messageOfFailure(slot.product, failure, news));
    } catch (error) {
      log.error({ product: slot.product.name, err: error }, 'the failed load could not be reported');
    }
  }

  /** Polls one product; calls during a poll share the next one. */
  async function refreshSlot(slot: Slot): Promise<void> {
    if (slot.polling !== undefined) {
      slot.pollAgain = true;
      return slot.polling;
    }
    slot.polling = (async () => {
      do {
        slot.pollAgain = false;
        await poll(slot);
      } while (slot.pollAgain && !closed);
    })().finally(() => {
      slot.polling = undefined;
    });
    return slot.polling;
  }

  const slotOf = (product: string): Slot => {
    const slot = slots.get(product);
    if (slot === undefined) throw new TouchlineError('NOT_FOUND', `There is no product ${product}.`);
    return slot;
  };

  const refreshAll = () => Promise.allSettled([...slots.values()].map(refreshSlot));

  function scheduleNextPoll(): void {
    if (closed) return;
    cancelPoll = clock.after(deps.pollMs ?? 1_000, async () => {
      await refreshAll();
      scheduleNextPoll();
    });
  }

  return {
    async start() {
      await refreshAll();
      scheduleNextPoll();
    },
    refresh: (product) => refreshSlot(slotOf(product)),
    async use(product, work) {
      const { model } = slotOf(product);
      return model === undefined ? work(undefined) : model.use(work);
    },
    state(product) {
      const { model: shared, failure } = slotOf(product);
      if (shared === undefined) return { failure };
      const { version, package: hash, since, model } = shared.served;
      const { device, signature } = model;
      return {
        served: { version, package: hash, since, estimator: signature.estimator, device },
        failure,
      };
    },
    async close() {
      closed = true;
      cancelPoll();
      // A poll that hangs on the tracking server finds on its return that it is closed.
      const polls = Promise.allSettled([...slots.values()].map((slot) => slot.polling));
      await withTimeout(START_TIMEOUT_MS, polls).catch(() => {});
      for (const slot of slots.values()) {
        slot.model?.retire();
        slot.model = undefined;
      }
    },
  };
}
