import type { ProgressEvent } from '../progress.ts';
import type { Json } from '../store/store.ts';

/**
 * `blocked`: depends on jobs that are not done; `failed`: its last run failed, and it runs again after its back-off;
 * `dead`: failed for good, after its last attempt or because a retry cannot help.
 */
export type JobState = 'blocked' | 'waiting' | 'active' | 'done' | 'failed' | 'dead';

export interface JobOptions {
  /** Makes adding idempotent: while a job of the same kind and key exists, it is returned instead of a new one. */
  key?: string;
  /** Higher runs first; default 0. */
  priority?: number;
  /** How often the job may run, retries included; default 3. */
  maxAttempts?: number;
  /** Milliseconds before the first retry, doubled for each further one; default 1,000. */
  backoffMs?: number;
  /** Milliseconds from now before it may run. */
  delayMs?: number;
  /** Ids of its dependencies: jobs that must all be done before this one. If one of them is dead, so is this one. */
  dependsOn?: readonly string[];
}

export interface Job {
  id: string;
  /** Name of the kind, as in the job table. */
  kind: string;
  payload: Json;
  state: JobState;
  /** Number of the current or last run; 0 before the first. */
  attempt: number;
  maxAttempts: number;
  progress?: ProgressEvent;
  result?: Json;
  error?: { code: string; message: string };
  createdAt: string;
  finishedAt?: string;
}

export interface JobContext {
  job: Job;
  /** Aborts when the worker shuts down or the job's lease is lost. */
  signal: AbortSignal;
  progress(event: ProgressEvent): void;
}

export type JobHandler = (payload: Json, context: JobContext) => Promise<Json>;

export interface Schedule {
  /** Unique name: a schedule replaces the one of the same name. */
  id: string;
  kind: string;
  payload: Json;
  /** Cron expression, UTC. */
  cron: string;
}

/**
 * Jobs with leases, retries, dependencies, schedules and progress. Delivery is at least once, so handlers must be
 * idempotent. Errors of bad input and rejections (exit status 2 or 3 in the error table) are not retried.
 */
export interface Queue {
  readonly name: string;
  add(kind: string, payload: Json, options?: JobOptions): Promise<Job>;
  get(id: string): Promise<Job | undefined>;
  /** Newest first. */
  list(filter?: { kind?: string; state?: JobState }, limit?: number): Promise<Job[]>;
  /** How many jobs are in each state. */
  counts(): Promise<Record<JobState, number>>;
  /** Runs a dead or failed job again, with its attempts restored. @returns it before its first run @throws NOT_FOUND, CONFLICT */
  retry(id: string): Promise<Job>;
  schedule(schedule: Schedule): Promise<void>;
  unschedule(id: string): Promise<void>;
  /**
   * Starts a worker for jobs of the handlers' kinds. Its `stop` lets running jobs finish for up to `graceMs`, then
   * aborts them and returns them to the queue.
   * @param options.concurrency how many jobs run at once; default 1
   * @param options.leaseMs how long the jobs of a crashed worker wait for another one; default 6,000. The worker renews
   * the leases of its running jobs.
   * @param options.pollMs milliseconds between two looks for jobs; default 500
   */
  work(
    handlers: Readonly<Record<string, JobHandler>>,
    options?: { concurrency?: number; leaseMs?: number; pollMs?: number },
  ): { stop(graceMs?: number): Promise<void> };
  ping(): Promise<void>;
  close(): Promise<void>;
}
