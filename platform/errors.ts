/** One row of the error table: its HTTP status, its exit status, and what the caller can do. */
export interface ErrorKind {
  /** HTTP status of an answer that carries this code. */
  status: number;
  /** Exit status of a command that ends with this code: 1 failed, 2 bad usage or input, 3 rejected by the gate or by a policy. */
  exit: 1 | 2 | 3;
  /** What the caller can do about it. */
  remedy: string;
}

/** Every error code. `docs/errors.md` is generated from this table, and a test compares the two. */
export const ERRORS = {
  INVALID_INPUT: { status: 400, exit: 2, remedy: 'Correct the fields named in details and send it again.' },
  INVALID_CONFIG: {
    status: 500,
    exit: 2,
    remedy: 'Correct the named setting or the named field of a product.',
  },
  INVALID_FORMAT: { status: 415, exit: 2, remedy: 'Send one of the accepted formats, in UTF-8.' },
  INSUFFICIENT_QUALITY: {
    status: 422,
    exit: 2,
    remedy: 'Record it again: the required points were not visible enough.',
  },
  INSUFFICIENT_DATA: {
    status: 422,
    exit: 2,
    remedy: 'Add rows or groups until there are as many as the message says.',
  },
  FILE_TOO_LARGE: { status: 413, exit: 2, remedy: 'Split the file, or raise the limit named in details.' },
  UNAUTHENTICATED: { status: 401, exit: 2, remedy: 'Send a valid API key: Authorization: Bearer <key>.' },
  FORBIDDEN: { status: 403, exit: 3, remedy: 'Use a key whose role allows this.' },
  NOT_FOUND: { status: 404, exit: 2, remedy: 'Check the name or the id.' },
  CONFLICT: { status: 409, exit: 1, remedy: 'Read the current state, then try again.' },
  ALREADY_EXISTS: { status: 409, exit: 2, remedy: 'It already exists: nothing needs to be done.' },
  REFUSED_BY_GATE: { status: 409, exit: 3, remedy: 'Read the reasons in details; the champion stays.' },
  DRIFT_DETECTED: { status: 409, exit: 3, remedy: 'Look at the drift report, then retrain or acknowledge.' },
  RATE_LIMITED: { status: 429, exit: 1, remedy: 'Wait for the seconds given in Retry-After.' },
  NOT_READY: { status: 503, exit: 1, remedy: 'Promote a champion, or wait until /health/ready answers 200.' },
  UNAVAILABLE: {
    status: 503,
    exit: 1,
    remedy: 'The named dependency is unavailable: start or install it, or try again later.',
  },
  PROCESSING_TIMEOUT: { status: 504, exit: 1, remedy: 'Send less at a time, or try again later.' },
  PACKAGE_INVALID: {
    status: 422,
    exit: 2,
    remedy:
      'Train again with `touchline train`, or register a version whose package loads. The ledger has the reason.',
  },
  PARITY_FAILED: {
    status: 422,
    exit: 3,
    remedy: 'Train again: the package does not reproduce its golden outputs here.',
  },
  MODEL_ERROR: {
    status: 500,
    exit: 1,
    remedy: 'Report the error_id. Products with fixed rules fall back to them.',
  },
  INTERNAL: { status: 500, exit: 1, remedy: 'Report the error_id.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * A message with its full stop; a question keeps its question mark.
 * @example
 * [asSentence('It failed'), asSentence("Did you mean 'port'?")]; // => ['It failed.', "Did you mean 'port'?"]
 */
export const asSentence = (message: string): string => (/[.?!]$/.test(message) ? message : `${message}.`);

/** The only kind of error that crosses a module boundary. `details` is plain JSON for the caller, without secrets or server paths. */
export class TouchlineError extends Error {
  override readonly name = 'TouchlineError';
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/**
 * Anything that was thrown as a TouchlineError: a foreign error becomes INTERNAL with the original as its cause.
 * @example
 * toTouchlineError(new Error('lost')).code; // => 'INTERNAL'
 */
export function toTouchlineError(error: unknown): TouchlineError {
  if (error instanceof TouchlineError) return error;
  return new TouchlineError('INTERNAL', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
