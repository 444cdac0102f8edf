import { join } from 'node:path';
import type { Blobs } from './blobs/blobs.ts';
import { openFolderBlobs } from './blobs/folder.ts';
import { openGridfsBlobs } from './blobs/gridfs.ts';
import type { Config } from './config.ts';
import { type TouchlineError, toTouchlineError } from './errors.ts';
import type { Logger } from './log.ts';
import type { Channel } from './notify/channel.ts';
import { emailChannel } from './notify/email/email-channel.ts';
import type { Inbox } from './notify/inbox.ts';
import type { Notify } from './notify/notify.ts';
import { slackChannel } from './notify/slack/slack-channel.ts';
import { openBullmqQueue } from './queue/bullmq/bullmq-queue.ts';
import { openLeaseQueue } from './queue/leases/lease-queue.ts';
import type { Queue } from './queue/queue.ts';
import { openMongoStore } from './store/mongodb/store.ts';
import { openSqliteStore } from './store/sqlite/store.ts';
import type { Store } from './store/store.ts';
import { openEmbeddedTracking } from './tracking/embedded/embedded-tracking.ts';
import { openMlflowTracking } from './tracking/mlflow/mlflow-tracking.ts';
import type { Tracking } from './tracking/tracking.ts';

/** What an adapter may build on: those of the ports before it, in the order of `ADAPTERS`. */
interface Deps {
  config: Config;
  log: Logger;
  store: Store;
  blobs: Blobs;
  inbox: Inbox;
  /** Keeps messages until a channel has taken them. */
  outbox(channel: Channel): Notify;
}

/** @param rest what follows the scheme and its colon. */
type Open<Port, Needs extends keyof Deps> = (rest: string, deps: Pick<Deps, Needs>) => Port;

/** By scheme. */
type Table<Port, Needs extends keyof Deps> = Readonly<Record<string, Open<Port, Needs>>>;

const DAY_MS = 86_400_000;

const store: Table<Store, 'config'> = {
  sqlite: (path, { config }) => openSqliteStore({ path: path || join(config.data, 'touchline.db') }),
  mongodb: (rest) => openMongoStore({ url: `mongodb:${rest}` }),
  'mongodb+srv': (rest) => openMongoStore({ url: `mongodb+srv:${rest}` }),
};

const blobs: Table<Blobs, 'config'> = {
  folder: (path, { config }) => openFolderBlobs({ path: path || join(config.data, 'blobs') }),
  mongodb: (rest) => openGridfsBlobs({ url: `mongodb:${rest}` }),
  'mongodb+srv': (rest) => openGridfsBlobs({ url: `mongodb+srv:${rest}` }),
};

const jobOptions = ({ config, store, log }: Pick<Deps, 'config' | 'store' | 'log'>) => ({
  store,
  retentionMs: config.jobRetentionDays * DAY_MS,
  onError: (error: TouchlineError) => log.warn({ err: error }, 'the queue could not look for jobs'),
});

const bullmq =
  (scheme: string): Open<Queue, 'config' | 'store' | 'log'> =>
  (rest, deps) =>
    openBullmqQueue({
      ...jobOptions(deps),
      url: `${scheme}:${rest}`,
      jobsPerMinute: deps.config.jobsPerMinute,
    });

const queue: Table<Queue, 'config' | 'store' | 'log'> = {
  store: (_, deps) => openLeaseQueue(jobOptions(deps)),
  redis: bullmq('redis'),
  rediss: bullmq('rediss'),
};

const mlflow =
  (scheme: string): Open<Tracking, 'config' | 'store'> =>
  (rest, { config, store }) =>
    openMlflowTracking({ url: `${scheme}:${rest}`, token: config.trackingToken, store });

const tracking: Table<Tracking, 'config' | 'store' | 'blobs'> = {
  store: (_, { store, blobs }) => openEmbeddedTracking({ store, blobs }),
  http: mlflow('http'),
  https: mlflow('https'),
};

/** Made without a connection: making one shows what is wrong with its address. */
const CHANNELS: Readonly<Record<string, (address: string) => Channel>> = {
  https: slackChannel,
  http: slackChannel,
  smtp: emailChannel,
  smtps: emailChannel,
};

const channel =
  (scheme: string): Open<Notify, 'inbox' | 'outbox'> =>
  (rest, { outbox }) =>
    outbox(CHANNELS[scheme](`${scheme}:${rest}`));

const notify: Table<Notify, 'inbox' | 'outbox'> = {
  inbox: (_, { inbox }) => inbox,
  ...Object.fromEntries(Object.keys(CHANNELS).map((scheme) => [scheme, channel(scheme)])),
};

/** The scheme of the setting's URL chooses the adapter; a new one plugs in with one line of its table. */
export const ADAPTERS = { store, blobs, queue, tracking, notify } as const;

export type Port = keyof typeof ADAPTERS;

export function splitUrl(url: string): { scheme: string; rest: string } {
  const colon = url.indexOf(':');
  return colon < 0 ? { scheme: url, rest: '' } : { scheme: url.slice(0, colon), rest: url.slice(colon + 1) };
}

/** The addresses of a setting that takes several, separated by commas. */
export const splitList = (urls: string): string[] =>
  urls
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');

/** What is wrong with the URL of a port, in words; undefined when an adapter takes it. */
export function urlProblem(port: Port, url: string): string | undefined {
  const { scheme } = splitUrl(url);
  const schemes = Object.keys(ADAPTERS[port]);
  const choice = schemes.map((name) => `'${name}:'`).join(' or ');
  // Not repeated: it may be an address whose path is a secret, and that lacks its beginning.
  if (!/^[a-z][a-z0-9+.-]*$/i.test(scheme)) return `an address begins with its scheme; use ${choice}`;
  if (!schemes.includes(scheme)) return `nothing answers to '${scheme}:'; use ${choice}`;
  if (port !== 'notify' || !Object.hasOwn(CHANNELS, scheme)) return undefined;
  try {
    CHANNELS[scheme](url);
    return undefined;
  } catch (error) {
    return toTouchlineError(error).message;
  }
}
