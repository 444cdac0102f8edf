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

/** Bounds on what requests may cost. */
export interface Limits {
  /** Bytes of one body, after decompression. */
  bodyBytes: number;
  /** Items in one batch. */
  batchItems: number;
  /** Requests per minute from one caller. */
  requestsPerMinute: number;
  /** Concurrent requests, from all callers. */
  inFlight: number;
  /** Milliseconds until a request is answered with PROCESSING_TIMEOUT. */
  deadlineMs: number;
  /** Bytes of predictions that may wait on disk while the store is unavailable. */
  spoolBytes: number;
  /** Days that predictions are kept; 0 keeps them forever. */
  predictionDays: number;
}

/** Limits that are settings have the defaults of the settings. */
export const DEFAULT_LIMITS: Limits = {
  bodyBytes: DEFAULTS.maxBodyBytes,
  batchItems: 256,
  requestsPerMinute: DEFAULTS.rateLimitPerMinute,
  inFlight: 512,
  deadlineMs: 15_000,
  spoolBytes: DEFAULTS.maxSpoolBytes,
  predictionDays: DEFAULTS.predictionRetentionDays,
};

/** The part of the logger of `platform/log.ts` that serving uses. */
export interface ServingLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the API is made from. It opens no connections itself and reads no environment. */
export interface AppDeps {
  store: Store;
  blobs: Blobs;
  tracking: Tracking;
  queue: Queue;
  notify: Notify;
  /** The messages that the pages show, whichever channels they are sent to as well. */
  inbox: Inbox;
  /** From `openPackages({ blobs })`. */
  packages: Pick<Packages, 'get'>;
  products: readonly ServedProduct[];
  log: ServingLog;
  clock: Clock;
  /** `demo`: no keys are required. Only for a server that listens on loopback; the pages show a banner. */
  auth: { mode: 'keys' | 'demo' };
  /** Gives services without an API key access to the hooks. */
  hookToken?: string;
  /** Secret that signs the deliveries of the tracking server's webhook; without one they are refused. */
  trackingHookSecret?: string;
  /** Folder for predictions that wait for the store. */
  spool: string;
  limits?: Partial<Limits>;
  /** Shared with a worker in the same process; by default the app has its own. */
  metrics?: Metrics;
  /** Milliseconds between two polls of the champion alias; default 1,000. */
  pollMs?: number;
  /** What computes predictions, from `chooseDevice`; default: the CPU. */
  device?: Device;
}
