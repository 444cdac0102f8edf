import type { Device } from '../models/onnx/device.ts';
import type { Packages } from '../models/package/store.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { Blobs } from '../platform/blobs/blobs.ts';
import type { Clock } from '../platform/clock.ts';
import { DEFAULTS } from '../platform/defaults.ts';
import type { Inbox } from '../platform/notify/inbox.ts';
import type { Notify } from '../platform/notify/notify.ts';
import type { Queue } from '../platform/queue/queue.ts';
import type { Store } from '../platform/store/store.ts';
import type { Tracking } from '../platform/tracking/tracking.ts';
import type { ServedProduct } from './product.ts';

/** Numbers that bound what one caller may cost. */
export interface Limits {
  /** Bytes of one body, after decompression. */
  bodyBytes: number;
  /** Items of one batch. */
  batchItems: number;
  /** Requests a minute of one caller. */
  requestsPerMinute: number;
  /** Requests that may be under way at once, of all callers. */
  inFlight: number;
  /** Milliseconds until a request is answered with PROCESSING_TIMEOUT. */
  deadlineMs: number;
  /** Bytes of predictions that may wait on disk for the store. */
  spoolBytes: number;
  /** Days that predictions are kept; 0: for ever. */
  predictionDays: number;
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: DEFAULTS.maxBodyBytes,
  batchItems: 256,
  requestsPerMinute: DEFAULTS.rateLimitPerMinute,
  inFlight: 512,
  deadlineMs: 15_000,
  spoolBytes: DEFAULTS.maxSpoolBytes,
  predictionDays: DEFAULTS.predictionRetentionDays,
};

/** The log lines that serving writes; what `platform/log.ts` opens has them. */
export interface ServingLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Everything that the API is made from. It connects to nothing by itself and reads no environment. */
export interface AppDeps {
  store: Store;
  blobs: Blobs;
  tracking: Tracking;
  queue: Queue;
  notify: Notify;
  /** What the pages show, wherever else messages go. */
  inbox: Inbox;
  /** From `openPackages({ blobs })`. */
  packages: Pick<Packages, 'get'>;
  products: readonly ServedProduct[];
  log: ServingLog;
  clock: Clock;
  /** `demo`: nobody needs a key; only for a server that listens on loopback, and the pages say so. */
  auth: { mode: 'keys' | 'demo' };
  /** Opens the hooks for services that have no API key. */
  hookToken?: string;
  /** Of the webhook by which the tracking server tells of a new champion; without one it is refused. */
  trackingHookSecret?: string;
  /** Folder of this server for predictions that wait for the store. */
  spool: string;
  limits?: Partial<Limits>;
  /** Shared with a worker in the same process; one of its own otherwise. */
  metrics?: Metrics;
  /** Milliseconds between two looks at the champion alias; default 1,000. */
  pollMs?: number;
  /** What computes predictions, from `chooseDevice`; default the CPU. */
  device?: Device;
}
