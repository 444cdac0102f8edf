import { join } from 'node:path';
import type { Blobs } from './blobs/blobs.ts';
import { openFolderBlobs } from './blobs/folder.ts';
import { openGridfsBlobs } from './blobs/gridfs.ts';
import { type Catalog, catalogOf } from './catalog.ts';
import { type TouchlineError, toTouchlineError } from './errors.ts';
import type { Logger } from './log.ts';
import type { Channel } from './notify/channel.ts';
import { emailChannel } from './notify/email/channel.ts';
import type { Inbox } from './notify/inbox.ts';
import type { Notify } from './notify/notify.ts';
import { slackChannel } from './notify/slack/channel.ts';
import { openBullmqQueue } from './queue/bullmq/bullmq-queue.ts';
import type { Queue } from './queue/queue.ts';
import { openStoreQueue } from './queue/store-queue.ts';
import { openMongoStore } from './store/mongodb/store.ts';
import { openSqliteStore } from './store/sqlite/store.ts';
import type { Store } from './store/store.ts';
import { openEmbeddedTracking } from './tracking/embedded/tracking.ts';
import { openMlflowTracking } from './tracking/mlflow/tracking.ts';
import type { Tracking } from './tracking/tracking.ts';

/** The settings that adapters read besides their URL. */
export interface AdapterSettings {
  /** Folder of the embedded state. */
  data: string;
  jobRetentionDays: number;
  jobsPerMinute: number;
  trackingToken: string;
}

/** What an adapter may use: the settings, and the ports that are opened before its own. */
interface Deps {
  settings: AdapterSettings;
  log: Logger;
  store: Store;
  blobs: Blobs;
  inbox: Inbox;
  /** Stores messages until the channel has delivered them. */
  outbox(channel: Channel): Notify;
}

/** One way to provide a port. */
interface Adapter<Port, Needs extends keyof Deps> {
  /** The scheme of the URLs that choose the adapter. */
  readonly name: string;
  /** Checks a URL without connecting. @throws TouchlineError saying what is wrong with it */
  check?(url: string): unknown;
  /** Connects on first use. */
  open(url: string, deps: Pick<Deps, Needs>): Port;
}

/** The same adapter for several schemes. */
const forSchemes = <Port, Needs extends keyof Deps>(
  schemes: readonly string[],
  adapter: Omit<Adapter<Port, Needs>, 'name'>,
): Adapter<Port, Needs>[] => schemes.map((name) => ({ name, ...adapter }));

const catalog = <Port, Needs extends keyof Deps>(port: string, adapters: readonly Adapter<Port, Needs>[]) =>
  catalogOf(`${port} adapter`, adapters, 'INVALID_CONFIG');

const store = catalog<Store, 'settings'>('store', [
  {
    name: 'sqlite',
    open: (url, { settings }) =>
      openSqliteStore({ path: pathOf(url) || join(settings.data, 'touchline.db') }),
  },
  ...forSchemes(['mongodb', 'mongodb+srv'], { open: (url) => openMongoStore({ url }) }),
]);

const blobs = catalog<Blobs, 'settings'>('blobs', [
  {
    name: 'folder',
    open: (url, { settings }) => openFolderBlobs({ path: pathOf(url) || join(settings.data, 'blobs') }),
  },
  ...forSchemes(['mongodb', 'mongodb+srv'], { open: (url) => openGridfsBlobs({ url }) }),
]);

type QueueDeps = 'settings' | 'store' | 'log';

const DAY_MS = 86_400_000;

const queueOptions = ({ settings, store, log }: Pick<Deps, QueueDeps>) => ({
  store,
  retentionMs: settings.jobRetentionDays * DAY_MS,
  onError: (error: TouchlineError) => log.warn({ err: error }, 'the queue failed to look for jobs'),
});

const queue = catalog<Queue, QueueDeps>('queue', [
  { name: 'store', open: (_, deps) => openStoreQueue(queueOptions(deps)) },
  ...forSchemes<Queue, QueueDeps>(['redis', 'rediss'], {
    open: (url, deps) =>
      openBullmqQueue({ ...queueOptions(deps), url, jobsPerMinute: deps.settings.jobsPerMinute }),
  }),
]);

const tracking = catalog<Tracking, 'settings' | 'store' | 'blobs'>('tracking', [
  { name: 'store', open: (_, { store, blobs }) => openEmbeddedTracking({ store, blobs }) },
  ...forSchemes<Tracking, 'settings' | 'store'>(['http', 'https'], {
    open: (url, { settings, store }) => openMlflowTracking({ url, token: settings.trackingToken, store }),
  }),
]);

/** @param channelFor creates a channel without connecting; fails where the address is wrong. */
const byChannel = (channelFor: (url: string) => Channel): Omit<Adapter<Notify, 'outbox'>, 'name'> => ({
  check: channelFor,
  open: (url, { outbox }) => outbox(channelFor(url)),
});

const notify = catalog<Notify, 'inbox' | 'outbox'>('notify', [
  { name: 'inbox', open: (_, { inbox }) => inbox },
  ...forSchemes(['https', 'http'], byChannel(slackChannel)),
  ...forSchemes(['smtp', 'smtps'], byChannel(emailChannel)),
]);

/** The adapters of each port. The scheme of a setting's URL chooses one; a new adapter is one more entry of its list. */
export const ADAPTERS = { store, blobs, queue, tracking, notify } as const;

export type Port = keyof typeof ADAPTERS;

/**
 * The part of an address before the first colon.
 * @example
 * schemeOf('mongodb://localhost/club'); // => 'mongodb'
 */
export const schemeOf = (url: string): string => url.split(':', 1)[0];

/** What follows the scheme and its colon. */
const pathOf = (url: string): string => url.slice(schemeOf(url).length + 1);

/**
 * The addresses of a setting that takes several, separated by commas.
 * @example
 * splitAddresses('inbox:, https://hooks.slack.com/x'); // => ['inbox:', 'https://hooks.slack.com/x']
 */
export const splitAddresses = (urls: string): string[] =>
  urls
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');

/**
 * What is wrong with the URL of a port; undefined where an adapter accepts it.
 * @example
 * urlProblem('blobs', 'folder:/srv/blobs'); // => undefined
 * urlProblem('queue', 'amqp://host'); // => "unknown scheme 'amqp:'; use 'store:', 'redis:' or 'rediss:'"
 */
export function urlProblem(port: Port, url: string): string | undefined {
  const adapters: Catalog<{ name: string; check?(url: string): unknown }> = ADAPTERS[port];
  const scheme = schemeOf(url);
  const names = adapters.names.map((name) => `'${name}:'`);
  const choice = `use ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  // The address is not quoted: without a scheme, it may be the secret path of a webhook.
  if (!/^[a-z][a-z0-9+.-]*$/i.test(scheme)) return `an address must begin with a scheme; ${choice}`;
  if (!adapters.has(scheme)) return `unknown scheme '${scheme}:'; ${choice}`;
  try {
    adapters.named(scheme).check?.(url);
    return undefined;
  } catch (error) {
    return toTouchlineError(error).message;
  }
}
