import type { ProgressEvent } from '../progress.ts';
import type { Json } from '../store/store.ts';

/**
 * What a job is doing. `blocked`: waits for its children; `failed`: its last run failed and it runs again after its
 * back-off; `dead`: gave up, after its last attempt or because trying again cannot help.
 */
export type JobState = 'blocked' | 'waiting' | 'active' | 'done' | 'failed' | 'dead';

export interface JobOptions {
  /** A second job of the same kind and key is not added while the first is kept: its record is returned instead. */
  key?: string;
  /** Higher runs first; default 0. */
  priority?: number;
  /** Runs in all, retries included; default 3. */
  attempts?: number;
  /** Milliseconds before the first retry, doubled each time; default 1,000. */
  backoffMs?: number;
  /** Milliseconds from now before it may run. */
  delayMs?: number;
  /** Runs only after these are done; if one of them dies, so does this one. */
  after?: readonly string[];
}

export interface Job {
  id: string;
  /** Name of the kind, as in the job table. */
  kind: string;
  payload: Json;
  state: JobState;
  attempt: number;
  attempts: number;
  progress?: ProgressEvent;
  result?: Json;
  error?: { code: string; message: string };
  createdAt: string;
  finishedAt?: string;
}

export interface JobContext {
  job: Job;
  /** Set when the worker stops or the lease is lost. */
  signal: AbortSignal;
  progress(event: ProgressEvent): void;
}

export type JobHandler = (payload: Json, context: JobContext) => Promise<Json>;

export interface Schedule {
  /** Name, unique: scheduling it again replaces it. */
  id: string;
  kind: string;
  payload: Json;
  /** Cron expression, UTC. */
  cron: string;
}

/**
 * Jobs with lease, retry, flow, schedule and progress. Delivery is at least once: handlers are idempotent. A handler
 * that throws a code of bad input or refusal (exit status 2 or 3 in the table of errors) is not tried again.
 */
export interface Queue {
  readonly name: string;
  add(kind: string, payload: Json, options?: JobOptions): Promise<Job>;
  get(id: string): Promise<Job | undefined>;
  list(filter?: { kind?: string; state?: JobState }, limit?: number): Promise<Job[]>;
  /** Counts by state. */
  counts(): Promise<Record<JobState, number>>;
  /** Puts a dead or failed job back, with its attempts restored. */
  retry(id: string): Promise<Job>;
  schedule(schedule: Schedule): Promise<void>;
  unschedule(id: string): Promise<void>;
  /**
   * Starts taking jobs of the handlers' kinds. `stop` lets running jobs finish for up to `graceMs`, then aborts
   * their signal and gives their leases back.
   */
  work(
    handlers: Readonly<Record<string, JobHandler>>,
    options?: { concurrency?: number; leaseMs?: number; pollMs?: number },
  ): { stop(graceMs?: number): Promise<void> };
  ping(): Promise<void>;
  close(): Promise<void>;
}
