import { z } from 'zod';
import { ERRORS, TouchlineError, toTouchlineError } from '../../platform/errors.ts';

/** The body of every error. */
export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().describe('One of the error table'),
      message: z.string(),
      details: z.record(z.string(), z.unknown()),
      remedy: z.string().describe('What you can do about it'),
      error_id: z.string(),
    }),
  })
  .meta({ id: 'Error' });

/** An error as it is sent over HTTP. */
export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: z.output<typeof errorSchema>;
}

/** What Express and its body parsers throw. */
interface HttpError {
  status?: unknown;
  type?: unknown;
  limit?: unknown;
}

/** Maps errors of Express and its body parsers to ours; anything unknown becomes INTERNAL. */
export function fromHttp(error: unknown): TouchlineError {
  if (error instanceof TouchlineError) return error;
  const { status, type, limit } = (error ?? {}) as HttpError;
  if (status === 413)
    return new TouchlineError(
      'FILE_TOO_LARGE',
      `The body is larger than ${limit} bytes after decompression.`,
      {
        cause: error,
        details: { limit_bytes: limit },
      },
    );
  if (status === 415)
    return new TouchlineError('INVALID_FORMAT', 'The content encoding is not supported.', {
      cause: error,
      details: { content_encodings: ['identity', 'gzip', 'deflate', 'br'] },
    });
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new TouchlineError('INVALID_INPUT', 'The request is malformed.', {
      cause: error,
      details: { reason: typeof type === 'string' ? type : 'malformed' },
    });
  return toTouchlineError(error);
}

/**
 * The answer for an error. The message of an INTERNAL error stays in the log, because it may reveal internals.
 * @param browser lets the browser ask for the key.
 */
export function errorAnswer(error: TouchlineError, id: string, browser = false): ErrorAnswer {
  const { status, remedy } = ERRORS[error.code];
  const headers: Record<string, string> = {};
  if (status === 429 || status === 503) headers['Retry-After'] = String(error.details.retry_after ?? 1);
  if (status === 401) headers['WWW-Authenticate'] = `${browser ? 'Basic' : 'Bearer'} realm="touchline"`;
  const hidden = error.code === 'INTERNAL';
  return {
    status,
    headers,
    body: {
      error: {
        code: error.code,
        message: hidden ? 'An internal error occurred. No partial data was stored.' : error.message,
        details: hidden ? {} : error.details,
        remedy,
        error_id: id,
      },
    },
  };
}
