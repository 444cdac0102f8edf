import { ERRORS, TouchlineError, toTouchlineError } from '../../platform/errors.ts';

/** The one shape of an error over HTTP. */
export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: {
    error: {
      code: string;
      message: string;
      details: Record<string, unknown>;
      remedy: string;
      error_id: string;
    };
  };
}

/** Errors that Express and its parsers throw carry a status and sometimes a type. */
interface HttpError {
  status?: unknown;
  type?: unknown;
  limit?: unknown;
}

/** Foreign errors of reading a request, as ours; anything else unknown is INTERNAL. */
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
    return new TouchlineError('INVALID_FORMAT', 'The body has an encoding that is not accepted.', {
      cause: error,
      details: { content_encodings: ['identity', 'gzip', 'deflate', 'br'] },
    });
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new TouchlineError('INVALID_INPUT', 'The request cannot be read.', {
      cause: error,
      details: { reason: typeof type === 'string' ? type : 'malformed' },
    });
  return toTouchlineError(error);
}

/** How an error is answered; `browser` lets one ask for the key. Messages of INTERNAL ones stay in the log: they may name what is no caller's business. */
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
        message: hidden ? 'Something went wrong here; nothing was stored by half.' : error.message,
        details: hidden ? {} : error.details,
        remedy,
        error_id: id,
      },
    },
  };
}
