import type { Device } from '../../models/onnx/device.ts';
import type { LoadedModel } from '../../models/package/package.ts';
import type { Clock } from '../../platform/clock.ts';
import { TouchlineError, toTouchlineError } from '../../platform/errors.ts';
import type { Message, Notify } from '../../platform/notify/notify.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Tracking } from '../../platform/tracking/tracking.ts';
import { withTimeout } from '../../platform/with-timeout.ts';
import type { ServingLog } from '../deps.ts';
import type { ServedProduct } from '../product.ts';
import { type LoadFailure, messageOfFailure } from './load-failure.ts';

/** The champion of one product, loaded and checked. */
export interface Served {
  version: number;
  /** Content hash of the package: the one name of what answers. */
  package: string;
  /** When it was taken up here. */
  since: string;
  model: LoadedModel;
}

export interface ChampionState {
  served?: Omit<Served, 'model'> & { estimator: string; device: Device };
  /** Why the version that the alias names does not answer, while another one does or none. */
  failure?: LoadFailure;
}

export interface Champions {
  /** Takes up what the alias names and goes on watching it. Resolves after the first look, whatever it found. */
  start(): Promise<void>;
  /** Looks at once; for whoever has just promoted in this process. */
  refresh(product: string): Promise<void>;
  /** Works with the champion of this moment, which stays open until the work is done, whatever is promoted meanwhile. */
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
  /** Fetches, checks (hash, golden outputs) and opens a package. */
  load(hash: string): Promise<LoadedModel>;
  pollMs?: number;
}

/** What was verified last, so that a start without the tracking server still has its champion. */
interface Remembered {
  id: string;
  version: number;
  package: string;
}

/** A loaded model with those that are using it. It closes once it is retired and nobody is left. */
class Holder {
  readonly served: Served;
  #users = 0;
  #retired = false;

  constructor(served: Served) {
    this.served = served;
  }

  async use<T>(work: (served: Served) => Promise<T>): Promise<T> {
    this.#users++;
    try {
      return await work(this.served);
    } finally {
      this.#users--;
      this.#closeIfLast();
    }
  }

  retire(): void {
    this.#retired = true;
    this.#closeIfLast();
  }

  #closeIfLast(): void {
    // A model that fails to close has answered its last request already: nobody is left to tell.
    if (this.#retired && this.#users === 0) void this.served.model.close().catch(() => {});
  }
}

interface Slot {
  product: ServedProduct;
  holder?: Holder;
  failure?: LoadFailure;
  /** Not before this time is the failed version tried again. */
  retryAt: number;
  tries: number;
  /** True while the tracking server does not say which version is champion. */
  unread: boolean;
  /** False before the first look. */
  looked: boolean;
  looking?: Promise<void>;
  /** Asked for while a look was under way: its answer may be older than the question. */
  again: boolean;
}

const LONGEST_RETRY_MS = 60_000;
/** Milliseconds that a start waits for the alias before it takes the champion that it remembers. */
const FIRST_LOOK_MS = 2_000;

/** A package of another feature set would be fed columns that mean something else. */
function requireSameFeatures(product: ServedProduct, model: LoadedModel): void {
  const { set, version } = model.features;
  if (set !== product.features.name || version !== product.features.version)
    throw new TouchlineError(
      'PACKAGE_INVALID',
      `The package was made with features ${set} v${version}; this server makes ${product.features.name} v${product.features.version}.`,
    );
  const known = new Set(product.columns.map((column) => column.name));
  const strange = model.signature.input.columns.find((column) => !known.has(column.name));
  if (strange !== undefined)
    throw new TouchlineError(
      'PACKAGE_INVALID',
      `The package wants a column that is not made here: ${strange.name}.`,
    );
}

/** Watches the champion alias of each product: loads beside the old one, swaps in one step, drains the old. */
export function createChampions(deps: ChampionsDeps): Champions {
  const { tracking, store, log, clock } = deps;
  const remembered = store.collection<Remembered>('serving_champions');
  const slots = new Map<string, Slot>(
    deps.products.map((product) => [
      product.name,
      { product, retryAt: 0, tries: 0, unread: false, looked: false, again: false },
    ]),
  );
  let unwatch = () => {};
  let closed = false;

  async function named(product: string, present: Served | undefined) {
    const alias = await tracking.getAlias(product, 'champion');
    // What a version holds never changes.
    if (alias === undefined || alias.version === present?.version) return alias && present;
    const version = await tracking.getVersion(product, alias.version);
    if (version === undefined)
      throw new TouchlineError('NOT_FOUND', `${product}: version ${alias.version} is not registered.`);
    return version;
  }

  async function wanted(slot: Slot): Promise<{ version: number; package: string } | undefined> {
    const { name } = slot.product;
    const last = slot.holder === undefined ? await remembered.get(name) : undefined;
    try {
      const reading = named(name, slot.holder?.served);
      // A start does not wait for a server that hangs, nor does who remembers a champion that was verified before.
      const bounded = last !== undefined || !slot.looked;
      slot.looked = true;
      const read = await (bounded ? withTimeout(FIRST_LOOK_MS, reading) : reading);
      if (slot.unread) log.info({ product: name }, 'the champion alias is read again');
      slot.unread = false;
      return read;
    } catch (error) {
      // Once an outage: the looks go on all the while.
      if (!slot.unread) log.warn({ product: name, err: error }, 'the champion alias could not be read');
      slot.unread = true;
      return last;
    }
  }

  async function look(slot: Slot): Promise<void> {
    const { name } = slot.product;
    const target = await wanted(slot);
    if (closed || target === undefined || target.package === slot.holder?.served.package) {
      if (target !== undefined) await mend(slot);
      return;
    }
    if (slot.failure?.package === target.package && clock.now() < slot.retryAt) return;
    try {
      const model = await deps.load(target.package);
      try {
        requireSameFeatures(slot.product, model);
      } catch (error) {
        await model.close();
        throw error;
      }
      if (closed) return await model.close();
      const old = slot.holder;
      const { version, package: hash } = target;
      slot.holder = new Holder({ version, package: hash, since: new Date(clock.now()).toISOString(), model });
      slot.tries = 0;
      old?.retire();
      log.info({ product: name, version, package: hash }, 'champion taken up');
      await mend(slot);
    } catch (error) {
      await fail(slot, target, error);
      return;
    }
    await remembered
      .put({ id: name, version: target.version, package: target.package })
      .catch((error) => log.warn({ product: name, err: error }, 'the champion could not be remembered'));
  }

  async function fail(slot: Slot, target: { version: number; package: string }, error: unknown) {
    const { name } = slot.product;
    const { code, message } = toTouchlineError(error);
    const first = slot.failure?.package !== target.package;
    if (first) {
      slot.tries = 0;
      await mend(slot);
    }
    const at = new Date(clock.now()).toISOString();
    slot.failure = { version: target.version, package: target.package, code, message, at };
    slot.retryAt = clock.now() + Math.min(LONGEST_RETRY_MS, 1_000 * 2 ** slot.tries++);
    log.error({ product: name, version: target.version, err: error }, 'the champion could not be loaded');
    if (!first) return;
    const keeps =
      slot.holder === undefined
        ? 'No model answers.'
        : `Version ${slot.holder.served.version} goes on answering.`;
    await tell(slot, slot.failure, { status: 'open', body: `${code}: ${message}\n${keeps}`, at });
  }

  /** The version that could not be loaded answers by now, or is wanted no more: who was told of it is told that. */
  async function mend(slot: Slot): Promise<void> {
    const { failure, holder } = slot;
    if (failure === undefined) return;
    slot.failure = undefined;
    const body = holder === undefined ? 'It is wanted no more.' : `Version ${holder.served.version} answers.`;
    await tell(slot, failure, { status: 'resolved', body, at: new Date(clock.now()).toISOString() });
  }

  async function tell(slot: Slot, failure: LoadFailure, news: Pick<Message, 'status' | 'body' | 'at'>) {
    try {
      await deps.notify.send(messageOfFailure(slot.product, failure, news));
    } catch (error) {
      log.error({ product: slot.product.name, err: error }, 'the failed load could not be reported');
    }
  }

  async function refreshSlot(slot: Slot): Promise<void> {
    if (slot.looking !== undefined) {
      slot.again = true;
      return slot.looking;
    }
    slot.looking = (async () => {
      do {
        slot.again = false;
        await look(slot);
      } while (slot.again && !closed);
    })().finally(() => {
      slot.looking = undefined;
    });
    return slot.looking;
  }

  const slotOf = (product: string): Slot => {
    const slot = slots.get(product);
    if (slot === undefined) throw new TouchlineError('NOT_FOUND', `There is no product ${product}.`);
    return slot;
  };

  function watch(): void {
    unwatch = clock.after(deps.pollMs ?? 1_000, async () => {
      await Promise.allSettled([...slots.values()].map(refreshSlot));
      if (!closed) watch();
    });
  }

  return {
    async start() {
      await Promise.allSettled([...slots.values()].map(refreshSlot));
      if (!closed) watch();
    },
    refresh: (product) => refreshSlot(slotOf(product)),
    async use(product, work) {
      const { holder } = slotOf(product);
      return holder === undefined ? work(undefined) : holder.use(work);
    },
    state(product) {
      const { holder, failure } = slotOf(product);
      if (holder === undefined) return { failure };
      const { version, package: hash, since, model } = holder.served;
      const { device, signature } = model;
      const { estimator } = signature;
      return { served: { version, package: hash, since, estimator, device }, failure };
    },
    async close() {
      closed = true;
      unwatch();
      // A look that hangs on the tracking server finds on its return that it is not needed any more.
      const looks = Promise.allSettled([...slots.values()].map((slot) => slot.looking));
      await withTimeout(FIRST_LOOK_MS, looks).catch(() => {});
      for (const slot of slots.values()) {
        slot.holder?.retire();
        slot.holder = undefined;
      }
    },
  };
}
