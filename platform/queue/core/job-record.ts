import { ERRORS, type TouchlineError } from '../../errors.ts';
import type { ProgressEvent } from '../../progress.ts';
import type { Document, Json } from '../../store/store.ts';
import type { Job, JobState } from '../queue.ts';

/** A job as stored, under these names. Times are milliseconds since 1970. */
export interface JobRecord extends Document {
  kind: string;
  payload: Json;
  state: JobState;
  attempt: number;
  /** `maxAttempts` of the job. */
  attempts: number;
  backoffMs: number;
  /** Not before this time. */
  runAt: number;
  /** Sort key of the queue: higher priority first, then older first. */
  order: string;
  /** The same as `order`, present only while the job may be claimed: workers query by it. */
  turn?: string;
  /** Ids of the jobs that must be done before this one: `dependsOn` of its options. */
  after: string[];
  /** The first of these jobs that is not done yet. */
  waitsFor?: string;
  leaseToken?: string;
  leaseUntil?: number;
  /** How often its lease expired. */
  lost: number;
  progress?: ProgressEvent;
  result?: Json;
  error?: { code: string; message: string };
  createdAt: string;
  finishedAt?: string;
}

/** A job whose worker crashed this often probably crashes its workers. */
const MAX_LOST = 10;

const iso = (now: number) => new Date(now).toISOString();

/** The record without fields that belong to one state only. */
function bare(record: JobRecord): JobRecord {
  const { turn, waitsFor, leaseToken, leaseUntil, finishedAt, ...rest } = record;
  return rest;
}

/** Ready to run, not before `runAt`. */
export const waiting = (record: JobRecord, runAt = record.runAt): JobRecord => ({
  ...bare(record),
  state: 'waiting',
  runAt,
  turn: record.order,
});

/** Blocked until the job `waitsFor` is done. */
export const blocked = (record: JobRecord, waitsFor: string): JobRecord => ({
  ...bare(record),
  state: 'blocked',
  waitsFor,
});

/** Taken by a worker, which adds its lease. */
export const claimed = (record: JobRecord, token: string): JobRecord => ({
  ...bare(record),
  state: 'active',
  attempt: record.attempt + 1,
  leaseToken: token,
});

export function done(record: JobRecord, result: Json, now: number): JobRecord {
  const { error, ...rest } = bare(record);
  return { ...rest, state: 'done', result, finishedAt: iso(now) };
}

export const dead = (
  record: JobRecord,
  error: { code: string; message: string },
  now: number,
): JobRecord => ({
  ...bare(record),
  state: 'dead',
  error,
  finishedAt: iso(now),
});

/** After a run that threw: retried after its back-off, unless no attempts are left or a retry cannot help. */
export function failed(record: JobRecord, thrown: TouchlineError, now: number): JobRecord {
  const error = { code: thrown.code, message: thrown.message };
  const permanent = ERRORS[thrown.code].exit !== 1;
  if (permanent || record.attempt >= record.attempts) return dead(record, error, now);
  const delay = record.backoffMs * 2 ** (record.attempt - 1);
  return { ...waiting(record, now + delay), state: 'failed', error };
}

/** Returned to the queue as if it had never been started, because its worker is shutting down. */
export const givenBack = (record: JobRecord): JobRecord => ({
  ...waiting(record),
  attempt: record.attempt - 1,
});

/** Its lease expired, so its worker crashed or hangs. That does not use up an attempt, unless it happens too often. */
export function abandoned(record: JobRecord, now: number): JobRecord {
  const lost = record.lost + 1;
  if (lost >= MAX_LOST)
    return dead(
      { ...record, lost },
      { code: 'INTERNAL', message: `Its worker was lost ${lost} times while running it.` },
      now,
    );
  return { ...givenBack(record), lost };
}

/** Retried by hand, with its attempts restored. */
export function revived(record: JobRecord, now: number): JobRecord {
  const { error, progress, ...rest } = record;
  const fresh = { ...rest, attempt: 0, lost: 0 };
  return fresh.after.length > 0 ? blocked({ ...fresh, runAt: now }, fresh.after[0]) : waiting(fresh, now);
}

/** The record as callers see it. */
export function toJob(record: JobRecord): Job {
  const { id, kind, payload, state, attempt, attempts, createdAt } = record;
  const { progress, result, error, finishedAt } = record;
  return {
    ...{ id, kind, payload, state, attempt, maxAttempts: attempts, createdAt },
    ...(progress && { progress }),
    ...(result !== undefined && { result }),
    ...(error && { error }),
    ...(finishedAt && { finishedAt }),
  };
}
