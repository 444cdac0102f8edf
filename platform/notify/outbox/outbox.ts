import { type Clock, systemClock } from '../../clock.ts';
import { type TouchlineError, toTouchlineError } from '../../errors.ts';
import { hashBytes } from '../../hash.ts';
import type { Logger } from '../../log.ts';
import type { Store, Stored } from '../../store/store.ts';
import type { Channel } from '../channel.ts';
import type { Message, Notify } from '../notify.ts';
import { backOff, type Incident, newsOf, planned } from './incident.ts';

export interface OutboxOptions {
  store: Store;
  channel: Channel;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Name of the channel in the store: what waits under it is delivered even after its address changed. */
  key?: string;
  /** Where the pages are reached from outside; links to them are left out without it. */
  publicUrl?: string;
  clock?: Clock;
  random?: () => number;
  /** Milliseconds that a delivery may take before another process tries it; more than any time-out of the channel. */
  leaseMs?: number;
  /** Milliseconds between two looks at what other processes, dead ones too, left to deliver. */
  pollMs?: number;
}

/**
 * A channel that may be away. `send` writes to the store and nothing else, so that nobody ever waits for the service;
 * every process that has the outbox open delivers, one at a time, and what brings no news (the incident is known, and
 * no worse) merges into the incident without a word. Delivered at least once: again only if the process dies between the
 * service's answer and writing it down.
 */
export function openOutbox(options: OutboxOptions): Notify {
  const { store, channel, log, publicUrl, clock = systemClock, random = Math.random } = options;
  const { key = channel.name, leaseMs = 30_000, pollMs = 5_000 } = options;
  const incidents = store.collection<Incident>('outbox', { indexes: [['channel', 'due']] });
  let closed = false;
  let failures = 0;
  let pausedUntil = 0;
  let storeAway = false;
  let next = Number.POSITIVE_INFINITY;
  let cancel = () => {};
  let looking = Promise.resolve();

  async function change(id: string, make: (incident: Incident | undefined) => Incident): Promise<void> {
    for (;;) {
      const found = await incidents.get(id);
      if (await incidents.compareAndSwap(make(found && plain(found)), found?._version ?? 0)) return;
    }
  }

  /** Looks then, unless it looks earlier anyway. */
  function lookAt(time: number): void {
    const at = Math.max(time, pausedUntil);
    if (closed || at >= next) return;
    cancel();
    next = at;
    cancel = clock.after(at - clock.now(), () => {
      next = Number.POSITIVE_INFINITY;
      looking = looking.then(look);
    });
  }

  async function look(): Promise<void> {
    let nextLook = clock.now() + pollMs;
    try {
      while (clock.now() >= pausedUntil) {
        const soon = { channel: key, due: { lte: clock.now() + pollMs } };
        const [found] = (await incidents.find(soon, { sort: 'due', limit: 1 })).items;
        storeAway = false;
        if (found === undefined) break;
        if (found.due! > clock.now()) {
          nextLook = found.due!;
          break;
        }
        await deliver(found);
      }
    } catch (error) {
      if (!storeAway) log.warn({ channel: key, err: error }, 'messages wait: the store does not answer');
      storeAway = true;
    }
    lookAt(pausedUntil > clock.now() ? pausedUntil : nextLook);
  }

  async function deliver(found: Stored<Incident>): Promise<void> {
    const { _version, ...incident } = found;
    const leased = { ...incident, due: clock.now() + leaseMs };
    // Where somebody else was faster, it is theirs.
    if (!(await incidents.compareAndSwap(leased, _version))) return;
    const kind = newsOf(incident)!;
    const message = withLinks(incident.message, publicUrl);
    const { messages, told } = incident;
    try {
      await channel.tell({ kind, message, messages, first: told === undefined });
      if (failures > 0) log.info({ channel: key, failures }, 'messages are delivered again');
    } catch (error) {
      const ours = toTouchlineError(error);
      if (ours.code !== 'INVALID_INPUT') {
        pause(ours);
        await change(incident.id, (latest) => planned({ ...latest!, due: incident.due }, clock.now()));
        return;
      }
      log.error({ channel: key, incident: message.incident, err: ours }, 'the message was refused');
    }
    failures = 0;
    const { severity, status } = message;
    await change(incident.id, ({ due: _, ...latest } = incident) =>
      planned({ ...latest, told: { severity, status } }, clock.now()),
    );
  }

  function pause(error: TouchlineError): void {
    failures++;
    const asked = Number(error.details.retry_after ?? 0) * 1_000;
    pausedUntil = clock.now() + backOff(failures, random(), asked);
    // Once an absence: an hour of it is no hour of warnings.
    if (failures === 1 && !closed)
      log.warn({ channel: key, err: error }, 'messages wait until they can be delivered');
  }

  lookAt(clock.now() + pollMs);

  return {
    name: key,
    async send(message) {
      const id = hashBytes(`${key} ${message.incident}`).slice(0, 24);
      await change(id, (known) =>
        planned({ ...known, id, channel: key, message, messages: (known?.messages ?? 0) + 1 }, clock.now()),
      );
      lookAt(clock.now());
    },
    ping: () => channel.ping(),
    async close() {
      if (closed) return;
      // A command that ends right after its message still delivers it, if the service answers.
      const last = next <= clock.now() ? looking.then(look) : looking;
      closed = true;
      cancel();
      const giveUp = clock.after(GRACE_MS, () => void channel.close());
      await last;
      giveUp();
      await channel.close();
    },
  };
}

const GRACE_MS = 3_000;

function plain({ _version, ...incident }: Stored<Incident>): Incident {
  return incident;
}

function withLinks(message: Message, publicUrl: string | undefined): Message {
  const links = message.links.flatMap(({ label, url }) => {
    if (!url.startsWith('/')) return [{ label, url }];
    return publicUrl ? [{ label, url: `${publicUrl.replace(/\/+$/, '')}${url}` }] : [];
  });
  return { ...message, links };
}
