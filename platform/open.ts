import { ADAPTERS, type Port, splitList, splitUrl, urlProblem } from './adapters.ts';
import type { Blobs } from './blobs/blobs.ts';
import type { Config } from './config.ts';
import { TouchlineError } from './errors.ts';
import { createLog, type Logger } from './log.ts';
import type { Channel } from './notify/channel.ts';
import { type Inbox, openInbox } from './notify/inbox.ts';
import { type Notify, notifyAll } from './notify/notify.ts';
import { openOutbox } from './notify/outbox/outbox.ts';
import type { Queue } from './queue/queue.ts';
import type { Store } from './store/store.ts';
import type { Tracking } from './tracking/tracking.ts';

/** Every port, connected as the settings say. */
export interface Platform {
  store: Store;
  queue: Queue;
  blobs: Blobs;
  tracking: Tracking;
  notify: Notify;
  /** What the pages show, wherever else messages go. */
  inbox: Inbox;
  close(): Promise<void>;
}

/**
 * Chooses the adapter of each port by the scheme of its setting. Nothing is connected before its first use.
 * @throws INVALID_CONFIG when no adapter of this version answers to a scheme
 */
export function openPlatform(config: Config, log: Logger = createLog({ level: config.logLevel })): Platform {
  const store = open('store', { config });
  const blobs = open('blobs', { config });
  const inbox = openInbox({ store });
  const queue = open('queue', { config, store, log });
  const tracking = open('tracking', { config, store, blobs });
  const opened = new Map<string, number>();
  // Messages that wait are found again by the place of their channel among those of its kind, so that an address that
  // was wrong can be corrected.
  const outbox = (channel: Channel) => {
    const place = (opened.get(channel.name) ?? 0) + 1;
    opened.set(channel.name, place);
    const key = place === 1 ? channel.name : `${channel.name}-${place}`;
    return openOutbox({ store, channel, key, log, publicUrl: config.publicUrl });
  };
  const addresses = splitList(config.notify);
  // All of them before the first is opened: an outbox looks after its messages from then on.
  for (const url of addresses) check('notify', url);
  const ways = addresses.map((url) => open('notify', { inbox, outbox }, url));
  const notify = notifyAll(ways.includes(inbox) ? ways : [inbox, ...ways]);
  return {
    ...{ store, queue, blobs, tracking, notify, inbox },
    async close() {
      // The store comes last: the others write to it while they end.
      for (const port of [queue, notify, inbox, tracking, blobs, store]) await port.close();
    },
  };

  function open<P extends Port>(port: P, deps: DepsOf<P>, url: string = config[port]): OpenedBy<P> {
    check(port, url);
    const { scheme, rest } = splitUrl(url);
    const adapter = (ADAPTERS[port] as Record<string, unknown>)[scheme] as (
      rest: string,
      deps: DepsOf<P>,
    ) => OpenedBy<P>;
    return adapter(rest, deps);
  }
}

/** @throws INVALID_CONFIG */
function check(port: Port, url: string): void {
  const problem = urlProblem(port, url);
  if (problem)
    throw new TouchlineError('INVALID_CONFIG', `${port}: ${problem}.`, { details: { setting: port } });
}

type Opener<P extends Port> = (typeof ADAPTERS)[P][string];
type DepsOf<P extends Port> = Parameters<Opener<P>>[1];
type OpenedBy<P extends Port> = ReturnType<Opener<P>>;
