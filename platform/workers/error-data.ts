import { ERRORS, type ErrorCode, TouchlineError } from '../errors.ts';

/** An error as plain data, because classes do not survive the transfer between threads or processes. */
export interface ErrorData {
  name: string;
  message: string;
  stack?: string;
  code?: string;
  details?: Record<string, unknown>;
  cause?: ErrorData;
}

/** Causes further down than this are dropped, which also ends a chain that refers to itself. */
const DEEPEST_CAUSE = 8;

/** Turns anything that was thrown into plain data: message, code, details, stack and causes. */
export function toErrorData(error: unknown, depth = 0): ErrorData {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { code, details } = error as Error & { code?: unknown; details?: unknown };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' && { code }),
    ...(typeof details === 'object' && details !== null && { details: toPlainJson(details) }),
    ...(error.cause !== undefined && depth < DEEPEST_CAUSE && { cause: toErrorData(error.cause, depth + 1) }),
  };
}

/**
 * Restores an error: a TouchlineError if it was one, otherwise an Error with its original name and code.
 * @example
 * const error = fromErrorData(toErrorData(new RangeError('too far')));
 * error.name; // => 'RangeError'
 * error.message; // => 'too far'
 */
export function fromErrorData({ name, message, stack, code, details, cause }: ErrorData): Error {
  const options = cause && { cause: fromErrorData(cause) };
  const isOurs = name === 'TouchlineError' && code !== undefined && Object.hasOwn(ERRORS, code);
  const error = isOurs
    ? new TouchlineError(code as ErrorCode, message, { ...options, details })
    : Object.assign(new Error(message, options), { name, ...(code !== undefined && { code }) });
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Entries that JSON cannot hold are left out: they must not keep the error itself from arriving. */
function toPlainJson(details: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).flatMap(([key, value]) => {
      try {
        return [[key, JSON.parse(JSON.stringify(value)) as unknown]];
      } catch {
        return [];
      }
    }),
  );
}
