import type { z } from 'zod';
import { TouchlineError } from './errors.ts';
import type { Job, JobContext, JobHandler, JobOptions, Queue } from './queue/queue.ts';
import type { Json } from './store/store.ts';
import './zod-messages.ts';

/**
 * A job by name and schemas, without its handler, so that any module can enqueue it, wherever it is handled.
 * @see jobHandler
 */
export interface JobReference<P extends z.ZodType, R extends z.ZodType> {
  readonly kind: string;
  readonly payload: P;
  readonly result: R;
  /** Enqueues the job. @throws INVALID_INPUT if the payload does not fit the schema */
  add(queue: Pick<Queue, 'add'>, payload: z.input<P>, options?: JobOptions): Promise<Job>;
}

export function defineJob<P extends z.ZodType, R extends z.ZodType>(job: {
  kind: string;
  payload: P;
  result: R;
}): JobReference<P, R> {
  return {
    ...job,
    add: async (queue, payload, options) => {
      check(job.payload, payload, `The payload of job '${job.kind}'`, 'INVALID_INPUT');
      // Enqueued as given: the handler applies defaults and transformations, in its own version of the schema.
      return queue.add(job.kind, payload as Json, options);
    },
  };
}

/**
 * The handler of a job, which checks its payload and result. A payload that does not fit the schema is INVALID_INPUT and
 * not retried; a result that does not fit is INTERNAL.
 */
export function jobHandler<P extends z.ZodType, R extends z.ZodType>(
  job: JobReference<P, R>,
  run: (payload: z.output<P>, context: JobContext) => Promise<z.input<R>>,
): JobHandler {
  return async (payload, context) => {
    const input = check(job.payload, payload, `The payload of job '${job.kind}'`, 'INVALID_INPUT');
    const output = await run(input, context);
    return check(job.result, output, `The result of job '${job.kind}'`, 'INTERNAL') as Json;
  };
}

function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: string,
  code: 'INVALID_INPUT' | 'INTERNAL',
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  const [first] = fields;
  throw new TouchlineError(code, `${what} does not fit: ${first.field || 'value'}: ${first.message}.`, {
    details: { fields },
  });
}
