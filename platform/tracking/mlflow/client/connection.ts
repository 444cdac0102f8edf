import type { z } from 'zod';
import { limitConcurrency } from '../../../concurrency.ts';
import { TouchlineError } from '../../../errors.ts';
import { connectionError, notMlflow, responseError } from './failures.ts';

export interface MlflowOptions {
  /** `http(s)://[user:password@]host[:port][/prefix]` of the server. */
  url: string;
  /** Bearer token, if the server requires one. */
  token?: string;
  /** The user's setting that contains the URL, for messages; default `the URL`. */
  setting?: string;
  /** Milliseconds that one attempt of a call may take; default 10,000. */
  timeoutMs?: number;
  /** Attempts of a call that may be repeated; default 4. */
  tries?: number;
  /** Most milliseconds before the first retry, doubled for each further one; default 200. */
  backoffMs?: number;
}

/** One request to the server. */
export interface MlflowRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below the server's address, such as `api/2.0/mlflow/runs/create`. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  json?: unknown;
  bytes?: Uint8Array;
  /** Whether the request may be repeated. Others are never sent again once they may have arrived. GET always is. */
  idempotent?: boolean;
}

/** Sends requests: address, credentials, timeouts, retries, and failures as errors with a remedy. */
export interface Connection {
  call<T>(request: MlflowRequest, answer: z.ZodType<T>): Promise<T>;
  bytes(request: MlflowRequest): Promise<Uint8Array>;
  /** Version of the server, such as `3.17.2`. @throws INVALID_CONFIG if the server is not MLflow or is too old */
  version(): Promise<string>;
  /**
   * Creates something that must not be created twice. If the answer to a request is lost, `find` checks whether it was
   * created before it is requested again.
   * @param find returns what `create` would have returned, or undefined if it does not exist.
   */
  createOnce<T>(create: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T>;
  /** Aborts requests in progress with UNAVAILABLE, so that a hanging server does not keep a process from ending. */
  close(): void;
}

/** Major version in which logged models were introduced. */
const OLDEST = 3;
const LONGEST_WAIT_MS = 5_000;
/** Milliseconds that one attempt of an upload or download may take. */
const TRANSFER_MS = 120_000;
/**
 * MLflow holds one of its 15 database connections while it waits for a second one: eight concurrent batches have been
 * seen to block the whole server until its timeout of 30 s.
 */
const MOST_CONCURRENT = 4;

export function connect(options: MlflowOptions): Connection {
  const { setting = 'the URL', timeoutMs = 10_000, tries = 4 } = options;
  const { base, authorization } = addressOf(options, setting);
  const limited = limitConcurrency(MOST_CONCURRENT);
  const closing = new AbortController();
  let knownVersion: Promise<string> | undefined;

  /** Full jitter, so that many clients of a recovering server do not retry at once. */
  function pause(attempt: number, afterMs = 0): Promise<void> {
    const most = Math.min(LONGEST_WAIT_MS, (options.backoffMs ?? 200) * 2 ** attempt);
    const ms = Math.min(LONGEST_WAIT_MS, afterMs + Math.random() * most);
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  async function send(request: MlflowRequest, limitMs: number): Promise<Uint8Array> {
    const url = new URL(request.path, base);
    for (const [key, value] of Object.entries(request.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const headers: Record<string, string> = { ...(authorization && { authorization }) };
    let body: string | Uint8Array<ArrayBuffer> | undefined;
    if (request.bytes !== undefined) {
      headers['content-type'] = 'application/octet-stream';
      body = new Uint8Array(request.bytes);
    } else if (request.json !== undefined) {
      headers['content-type'] = 'application/json';
      body = JSON.stringify(request.json);
    }
    let response: Response;
    let content: Uint8Array;
    try {
      response = await fetch(url, {
        method: request.method,
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(limitMs), closing.signal]),
      });
      content = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      throw connectionError(error, { host: base.host, setting, limitMs });
    }
    if (response.ok) return content;
    throw responseError(response, content, { host: base.host, setting });
  }

  async function sendWithRetries(request: MlflowRequest, limitMs: number): Promise<Uint8Array> {
    const repeatable = request.method === 'GET' || request.idempotent === true;
    for (let attempt = 0; ; attempt++) {
      try {
        return await limited(() => send(request, limitMs));
      } catch (error) {
        const { retry, applied, retryAfterMs } = retryOf(error);
        if (
          !retry ||
          closing.signal.aborted ||
          attempt + 1 >= tries ||
          (applied === 'unknown' && !repeatable)
        )
          throw error;
        await pause(attempt, retryAfterMs);
      }
    }
  }

  async function readVersion(): Promise<string> {
    const version = new TextDecoder()
      .decode(await sendWithRetries({ method: 'GET', path: 'version' }, timeoutMs))
      .trim();
    const major = Number(/^(\d{1,4})\.\d{1,4}/.exec(version)?.[1] ?? Number.NaN);
    if (Number.isNaN(major)) throw notMlflow({ host: base.host, setting });
    if (major < OLDEST)
      throw new TouchlineError(
        'INVALID_CONFIG',
        `The MLflow at ${base.host} is version ${version}: ${OLDEST}.0 or newer is required (${setting}).`,
        { details: { setting, version } },
      );
    return version;
  }

  async function version(): Promise<string> {
    knownVersion ??= readVersion();
    try {
      return await knownVersion;
    } catch (error) {
      knownVersion = undefined;
      throw error;
    }
  }

  return {
    version,
    close: () => closing.abort(),
    async call(request, answer) {
      await version();
      const content = await sendWithRetries(request, timeoutMs);
      try {
        return answer.parse(JSON.parse(new TextDecoder().decode(content) || '{}'));
      } catch (error) {
        throw notMlflow({ host: base.host, setting }, error);
      }
    },
    async bytes(request) {
      await version();
      return sendWithRetries(request, TRANSFER_MS);
    },
    async createOnce(create, find) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await create();
        } catch (error) {
          if (retryOf(error).applied !== 'unknown' || attempt + 1 >= tries) throw error;
          await pause(attempt);
          const found = await find();
          if (found !== undefined) return found;
        }
      }
    },
  };
}

/** Whether a failed request may be retried, from the details that `failures.ts` added. */
function retryOf(error: unknown): { retry?: boolean; applied?: 'no' | 'unknown'; retryAfterMs?: number } {
  return error instanceof TouchlineError ? error.details : {};
}

function addressOf({ url, token }: MlflowOptions, setting: string): { base: URL; authorization?: string } {
  let base: URL;
  try {
    base = new URL(url);
    if (base.protocol !== 'http:' && base.protocol !== 'https:') throw new TypeError('unsupported protocol');
  } catch (cause) {
    throw new TouchlineError(
      'INVALID_CONFIG',
      `${setting} is not a valid MLflow address: write it like http://127.0.0.1:5000.`,
      { cause: new Error((cause as Error).name), details: { setting } },
    );
  }
  const credentials = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`;
  const basic = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const authorization = token ? `Bearer ${token}` : credentials === ':' ? undefined : basic;
  base.username = '';
  base.password = '';
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return { base, authorization };
}
