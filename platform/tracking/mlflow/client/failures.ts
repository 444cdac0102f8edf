import { type ErrorCode, TouchlineError } from '../../../errors.ts';
import { failureSchema } from './schemas.ts';

interface Where {
  /** Host and port, without credentials. */
  host: string;
  setting: string;
}

/** Errors of requests that never reached the server. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const isTls = (code: string): boolean =>
  /^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH)/.test(code);

function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code, errors } = at as Error & { code?: unknown; errors?: unknown[] };
    if (typeof code === 'string') return code;
    // Node tried several addresses of one name.
    if (errors?.[0] instanceof Error) return codeOf(errors[0]);
  }
  return error instanceof Error ? error.name : '';
}

/** The error for a request without an answer. */
export function connectionError(
  error: unknown,
  { host, setting, limitMs }: Where & { limitMs: number },
): TouchlineError {
  const code = codeOf(error);
  const details = { setting, reason: code };
  if (isTls(code))
    return new TouchlineError(
      'UNAVAILABLE',
      `TLS to MLflow at ${host} failed (${code}): check http or https in ${setting}, and name your own certificate ` +
        'authority in NODE_EXTRA_CA_CERTS.',
      { cause: error, details: { ...details, retry: false, applied: 'no' } },
    );
  const late = code === 'TimeoutError' || code === 'ABORT_ERR' || code === '23';
  const why = late ? `does not answer within ${limitMs} ms` : `cannot be reached (${code || 'broken off'})`;
  return new TouchlineError('UNAVAILABLE', `MLflow at ${host} ${why}: start it, or check ${setting}.`, {
    cause: error,
    details: { ...details, retry: true, applied: NOT_SENT.has(code) ? 'no' : 'unknown' },
  });
}

/** The error for an answer that MLflow would not give. */
export function notMlflow({ host, setting }: Where, cause?: unknown): TouchlineError {
  return new TouchlineError(
    'INVALID_CONFIG',
    `The server at ${host} is not an MLflow server: check ${setting}.`,
    { cause, details: { setting } },
  );
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  RESOURCE_DOES_NOT_EXIST: 'NOT_FOUND',
  RESOURCE_ALREADY_EXISTS: 'ALREADY_EXISTS',
  INVALID_PARAMETER_VALUE: 'INVALID_INPUT',
  BAD_REQUEST: 'INVALID_INPUT',
  INVALID_STATE: 'CONFLICT',
  RESOURCE_CONFLICT: 'CONFLICT',
};

/** The error for an answer with a status other than 2xx. */
export function responseError(
  response: Response,
  content: Uint8Array,
  { host, setting }: Where,
): TouchlineError {
  const { status } = response;
  if (status === 401)
    return new TouchlineError(
      'INVALID_CONFIG',
      `MLflow at ${host} does not accept these credentials: check user and password in ${setting}, or the token.`,
      { details: { setting, status } },
    );
  if (status === 403)
    return new TouchlineError(
      'FORBIDDEN',
      `MLflow at ${host} does not allow this for the user in ${setting}: give the user edit permission.`,
      { details: { setting, status } },
    );
  const failure = parseFailure(content);
  // MLflow ran out of database connections, which it reports as an error of the caller.
  const exhausted = failure?.message.startsWith('QueuePool limit') === true;
  if (status === 429 || status >= 500 || exhausted) {
    const seconds = Number(response.headers.get('retry-after') ?? 0);
    return new TouchlineError(
      'UNAVAILABLE',
      `MLflow at ${host} fails (${status}${failure ? `: ${failure.message}` : ''}): check its log (${setting}).`,
      {
        details: {
          setting,
          status,
          retry: true,
          applied: status === 429 ? 'no' : 'unknown',
          ...(seconds > 0 && { retryAfterMs: seconds * 1_000 }),
        },
      },
    );
  }
  if (!failure) return notMlflow({ host, setting }, new Error(`status ${status} without an MLflow error`));
  const code = CODES[failure.code] ?? 'INTERNAL';
  return new TouchlineError(code, `MLflow: ${failure.message}`, {
    details: { status, mlflow: failure.code },
  });
}

const LONGEST_MESSAGE = 500;

function parseFailure(content: Uint8Array): { code: string; message: string } | undefined {
  try {
    const { error_code, message } = failureSchema.parse(JSON.parse(new TextDecoder().decode(content)));
    return { code: String(error_code), message: message.slice(0, LONGEST_MESSAGE) };
  } catch {
    return undefined;
  }
}
