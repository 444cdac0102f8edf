import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { ERRORS, type ErrorCode, TouchlineError } from '../platform/errors.ts';
import type { JobReference } from '../platform/jobs.ts';
import type { JobOptions, Queue } from '../platform/queue/queue.ts';

/** Polls often at first, then ever less: a job of minutes must not cost a server thousands of requests. */
const FIRST_POLL_MS = 25;
const LAST_POLL_MS = 500;

/**
 * Enqueues a job and waits for its result, whichever worker runs it. A finished job of the same key answers at once;
 * one that died is retried.
 * @throws what the handler threw, by code and message.
 */
export async function enqueueAndWait<P extends z.ZodType, R extends z.ZodType>(
  queue: Queue,
  job: JobReference<P, R>,
  payload: z.input<P>,
  options: JobOptions = {},
  signal?: AbortSignal,
): Promise<z.output<R>> {
  let found = await job.add(queue, payload, options);
  if (found.state === 'dead' || found.state === 'failed') found = await queue.retry(found.id);
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LAST_POLL_MS, pollMs * 1.1)) {
    if (found.state === 'done') return job.result.parse(found.result);
    if (found.state === 'dead') throw failure(found.error, job.kind);
    await sleep(pollMs, undefined, { signal });
    found = (await queue.get(found.id)) ?? found;
  }
}

function failure(error: { code: string; message: string } | undefined, kind: string): TouchlineError {
  const code = error && Object.hasOwn(ERRORS, error.code) ? (error.code as ErrorCode) : 'INTERNAL';
  return new TouchlineError(code, error?.message ?? `The job '${kind}' failed without a reason.`);
}
