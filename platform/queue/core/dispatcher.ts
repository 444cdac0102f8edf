import type { ProgressEvent } from '../../progress.ts';
import type { Stored } from '../../store/store.ts';
import type { JobRecord } from './job-record.ts';

/** One job that may run now, offered to one worker until it is settled. */
export interface Delivery {
  readonly record: Stored<JobRecord>;
  /** Shows progress in the dispatcher's own views, if it has any. */
  showProgress?(event: ProgressEvent): void;
  /** Ends the delivery. @param record what became of the job; undefined if another worker has it by now */
  settle(record: JobRecord | undefined): Promise<void>;
}

/**
 * Decides which job runs next. The records in the store are the source of truth; a dispatcher only orders them, and can
 * be refilled from them at any time.
 */
export interface Dispatcher {
  /** Technology, such as `bullmq`. */
  readonly name: string;
  /**
   * Enqueues a new job. It is called before the job is recorded, so that no job is accepted that cannot be enqueued.
   * @throws UNAVAILABLE
   */
  enqueue(record: JobRecord): Promise<void>;
  /** Enqueues a waiting job unless it is enqueued already. */
  ensureEnqueued(record: JobRecord): Promise<void>;
  /** The next jobs of these kinds, at most `count`. They are candidates: another worker may be faster to claim them. */
  take(kinds: readonly string[], count: number, leaseMs: number): Promise<Delivery[]>;
  /** Makes `scheduleDue` answer true at the times of a cron expression. */
  setSchedule(id: string, cron: string): Promise<void>;
  clearSchedule(id: string): Promise<void>;
  /** Whether a schedule may be due. */
  scheduleDue(): Promise<boolean>;
  /** Calls `enqueueAll`, which enqueues every waiting job and schedule, if some may have been lost. */
  reconcile(enqueueAll: () => Promise<void>): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
