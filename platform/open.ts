import { ADAPTERS, type Port, schemeOf, splitAddresses, urlProblem } from './adapters.ts';
import type { Blobs } from './blobs/blobs.ts';
import type { Catalog } from './catalog.ts';
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

/** Every port, with the adapter that the settings choose. */
export interface Platform {
  store: Store;
  queue: Queue;
  blobs: Blobs;
  tracking: Tracking;
  notify: Notify;
  /** Shown on the pages, wherever else messages go. */
  inbox: Inbox;
  close(): Promise<void>;
}

/**
 * Opens each port with the adapter that the scheme of its setting names. Adapters connect on first use.
 * @throws INVALID_CONFIG where a port has no adapter for the scheme
 */
export function openPlatform(config: Config, log: Logger = createLog({ level: config.logLevel })): Platform {
  const store = open('store', { settings: config });
  const blobs = open('blobs', { settings: config });
  const inbox = openInbox({ store });
  const queue = open('queue', { settings: config, store, log });
  const tracking = open('tracking', { settings: config, store, blobs });
  const opened = new Map<string, number>();
  // Undelivered messages belong to a channel by its position among the channels of its kind, not by its address: a wrong
  // address can be corrected.
  const outbox = (channel: Channel) => {
    const position = (opened.get(channel.name) ?? 0) + 1;
    opened.set(channel.name, position);
    const key = position === 1 ? channel.name : `${channel.name}-${position}`;
    return openOutbox({ store, channel, key, log, publicUrl: config.publicUrl });
  };
  const addresses = splitAddresses(config.notify);
  // All addresses are checked before the first outbox is opened, because it starts to deliver at once.
  for (const url of addresses) check('notify', url);
  const channels = addresses.map((url) => open('notify', { inbox, outbox }, url));
  const notify = notifyAll(channels.includes(inbox) ? channels : [inbox, ...channels]);
  return {
    ...{ store, queue, blobs, tracking, notify, inbox },
    async close() {
      // The store comes last: the others write to it while they close.
      for (const port of [queue, notify, inbox, tracking, blobs, store]) await port.close();
    },
  };

  function open<P extends Port>(port: P, deps: DepsOf<P>, url: string = config[port]): OpenedBy<P> {
    check(port, url);
    const adapters: Catalog<{ name: string; open(url: string, deps: DepsOf<P>): unknown }> = ADAPTERS[port];
    return adapters.named(schemeOf(url)).open(url, deps) as OpenedBy<P>;
  }
}

/** @throws INVALID_CONFIG */
function check(port: Port, url: string): void {
  const problem = urlProblem(port, url);
  if (problem)
    throw new TouchlineError('INVALID_CONFIG', `${port}: ${problem}.`, { details: { setting: port } });
}

type AdapterOf<P extends Port> = (typeof ADAPTERS)[P]['entries'][number];
type DepsOf<P extends Port> = Parameters<AdapterOf<P>['open']>[1];
type OpenedBy<P extends Port> = ReturnType<AdapterOf<P>['open']>;
