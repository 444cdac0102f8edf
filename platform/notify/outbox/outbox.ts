import { type Clock, systemClock } from '../../clock.ts';
import { type TouchlineError, toTouchlineError } from '../../errors.ts';
import { hashBytes } from '../../hash.ts';
import { createLeases } from '../../lease.ts';
import type { Logger } from '../../log.ts';
import type { Store, Stored } from '../../store/store.ts';
import { updateDocument } from '../../store/update-document.ts';
import type { Channel } from '../channel.ts';
import type { Message, Notify } from '../notify.ts';
import { backOff, type Incident, newsOf, planned } from './incident.ts';

export interface OutboxOptions {
  store: Store;
  channel: Channel;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Name of the channel in the store: messages wait under it, so they are delivered even if its address changes. */
  key?: string;
  /** Address at which the pages can be reached; without it, messages carry no links to them. */
  publicUrl?: string;
  clock?: Clock;
  random?: () => number;
  /** Milliseconds after which another process delivers what a crashed one was delivering. */
  leaseMs?: number;
  /** Milliseconds between two looks for messages that other processes, crashed ones included, left to deliver. */
  pollMs?: number;
}

/** Milliseconds that closing waits for a delivery in progress. */
const GRACE_MS = 3_000;

/**
 * Notifies through a channel that may be unavailable. `send` only writes to the store, so it never waits for the
 * channel. Every process with an open outbox delivers, one message at a time. Messages that bring no news, because the
 * incident is known and not worse, are merged into it silently. Delivery is at least once: a message is repeated only if
 * the process crashes between the channel's answer and recording it.
 */
export function openOutbox(options: OutboxOptions): Notify {
  const { store, channel, log, publicUrl, clock = systemClock, random = Math.random } = options;
  const { key = channel.name, leaseMs = 30_000, pollMs = 5_000 } = options;
  const incidents = store.collection<Incident>('outbox', { indexes: [['channel', 'due']] });
  const leases = createLeases({
    ...{ collection: incidents, clock, leaseMs },
    leasedUntil: ({ due }) => due,
    withLease: (incident, due) => ({ ...incident, due }),
  });
  let closed = false;
  let failures = 0;
  let pausedUntil = 0;
  let storeUnavailable = false;
  let nextLook = Number.POSITIVE_INFINITY;
  let cancelLook = () => {};
  let looking = Promise.resolve();

  /** Schedules a look for messages, unless an earlier one is scheduled. */
  function lookAt(time: number): void {
    const at = Math.max(time, pausedUntil);
    if (closed || at >= nextLook) return;
    cancelLook();
    nextLook = at;
    cancelLook = clock.after(at - clock.now(), () => {
      nextLook = Number.POSITIVE_INFINITY;
      looking = looking.then(look);
    });
  }

  async function look(): Promise<void> {
    let next = clock.now() + pollMs;
    try {
      while (clock.now() >= pausedUntil) {
        const soon = { channel: key, due: { lte: clock.now() + pollMs } };
        const [found] = (await incidents.find(soon, { sort: 'due', limit: 1 })).items;
        storeUnavailable = false;
        if (found === undefined) break;
        if (found.due! > clock.now()) {
          next = found.due!;
          break;
        }
        await deliver(found);
      }
    } catch (error) {
      if (!storeUnavailable)
        log.warn({ channel: key, err: error }, 'messages wait: the store is unavailable');
      storeUnavailable = true;
    }
    lookAt(pausedUntil > clock.now() ? pausedUntil : next);
  }

  async function deliver(incident: Stored<Incident>): Promise<void> {
    const lease = await leases.take(incident, incident._version);
    // Another process delivers it.
    if (!lease) return;
    const kind = newsOf(incident)!;
    const message = withLinks(incident.message, publicUrl);
    const { messages, told } = incident;
    try {
      await channel.deliver({ kind, message, messages, first: told === undefined });
      if (failures > 0) log.info({ channel: key, failures }, 'messages are delivered again');
    } catch (thrown) {
      const error = toTouchlineError(thrown);
      if (error.code !== 'INVALID_INPUT') {
        pause(error);
        await lease.release((latest) => planned({ ...latest, due: incident.due }, clock.now()));
        return;
      }
      log.error({ channel: key, incident: message.incident, err: error }, 'the channel rejected the message');
    }
    failures = 0;
    const { severity, status } = message;
    const delivered = ({ due: _, ...latest }: Incident) =>
      planned({ ...latest, told: { severity, status } }, clock.now());
    // A message without news that arrived in the meantime ended the lease, but what was delivered must still be recorded.
    if (!(await lease.release(delivered)))
      await updateDocument(incidents, incident.id, (latest = incident) => delivered(latest));
  }

  function pause(error: TouchlineError): void {
    failures++;
    const retryAfterMs = Number(error.details.retry_after ?? 0) * 1_000;
    pausedUntil = clock.now() + backOff(failures, random(), retryAfterMs);
    // Warns once for each outage, however long it lasts.
    if (failures === 1 && !closed)
      log.warn({ channel: key, err: error }, 'messages wait until they can be delivered');
  }

  lookAt(clock.now() + pollMs);

  return {
    name: key,
    async send(message) {
      const id = hashBytes(`${key} ${message.incident}`).slice(0, 24);
      await updateDocument(incidents, id, (known) =>
        planned({ ...known, id, channel: key, message, messages: (known?.messages ?? 0) + 1 }, clock.now()),
      );
      lookAt(clock.now());
    },
    ping: () => channel.ping(),
    async close() {
      if (closed) return;
      // A command that ends right after its message still delivers it, if the channel answers.
      const last = nextLook <= clock.now() ? looking.then(look) : looking;
      closed = true;
      cancelLook();
      const cancelTimeout = clock.after(GRACE_MS, () => void channel.close());
      await last;
      cancelTimeout();
      await channel.close();
    },
  };
}

function withLinks(message: Message, publicUrl: string | undefined): Message {
  const links = message.links.flatMap(({ label, url }) => {
    if (!url.startsWith('/')) return [{ label, url }];
    return publicUrl ? [{ label, url: `${publicUrl.replace(/\/+$/, '')}${url}` }] : [];
  });
  return { ...message, links };
}
