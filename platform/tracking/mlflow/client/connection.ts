import type { z } from 'zod';
import { limitConcurrency } from '../../../concurrency.ts';
import { TouchlineError } from '../../../errors.ts';
import { failureOf, mistaken, unreachable } from './failures.ts';

export interface MlflowOptions {
  /** `http(s)://[user:password@]host[:port][/prefix]` of the server. */
  url: string;
  /** Bearer token, where the server asks for one. */
  token?: string;
  /** What the user set to name this server, for messages; default `the URL`. */
  setting?: string;
  /** Milliseconds that one try of a call may take; default 10,000. */
  timeoutMs?: number;
  /** Milliseconds that one try of moving an artifact may take; default 120,000. */
  transferTimeoutMs?: number;
  /** Tries of a call that may be repeated; default 4. */
  tries?: number;
  /** Milliseconds before the first repetition, at most; doubles each time. Default 200. */
  backoffMs?: number;
}

/** One request to the server. */
export interface Ask {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below the server's address, such as `api/2.0/mlflow/runs/create`. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  json?: unknown;
  bytes?: Uint8Array;
  /** Whether twice is as good as once. What is not is never sent again once it may have arrived. GET is. */
  idempotent?: boolean;
}

/** The wire: address, credentials, time-outs, retries, and every failure as one of ours. */
export interface Connection {
  call<T>(ask: Ask, answer: z.ZodType<T>): Promise<T>;
  bytes(ask: Ask): Promise<Uint8Array>;
  /** Version of the server, such as `3.17.2`. @throws INVALID_CONFIG where something else answers, or too old a server */
  version(): Promise<string>;
  /**
   * Does what must not be done twice. Where nobody knows whether it was done, `look` says so before it is done again.
   * @param look what `create` would have given, where it is there; otherwise undefined.
   */
  once<T>(create: () => Promise<T>, look: () => Promise<T | undefined>): Promise<T>;
  /** Ends what is under way with UNAVAILABLE, so that a server that hangs holds no process that wants to end. */
  close(): void;
}

/** Logged models came with it. */
const OLDEST = 3;
const LONGEST_WAIT_MS = 5_000;
/**
 * MLflow holds one database connection while it asks for a second, out of 15: eight batches at once have been seen to
 * block the whole server until its time-out of 30 s.
 */
const MOST_AT_ONCE = 4;

export function connect(options: MlflowOptions): Connection {
  const { setting = 'the URL', timeoutMs = 10_000, transferTimeoutMs = 120_000, tries = 4 } = options;
  const { base, authorization } = addressOf(options, setting);
  const limited = limitConcurrency(MOST_AT_ONCE);
  const closing = new AbortController();
  let greeted: Promise<string> | undefined;

  /** Full jitter, so that many clients of a server that comes back do not come at once. */
  function pause(attempt: number, afterMs = 0): Promise<void> {
    const most = Math.min(LONGEST_WAIT_MS, (options.backoffMs ?? 200) * 2 ** attempt);
    const ms = Math.min(LONGEST_WAIT_MS, afterMs + Math.random() * most);
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  async function send(ask: Ask, limitMs: number): Promise<Uint8Array> {
    const url = new URL(ask.path, base);
    for (const [key, value] of Object.entries(ask.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const headers: Record<string, string> = { ...(authorization && { authorization }) };
    let body: string | Uint8Array<ArrayBuffer> | undefined;
    if (ask.bytes !== undefined) {
      headers['content-type'] = 'application/octet-stream';
      body = new Uint8Array(ask.bytes);
    } else if (ask.json !== undefined) {
      headers['content-type'] = 'application/json';
      body = JSON.stringify(ask.json);
    }
    let response: Response;
    let content: Uint8Array;
    try {
      response = await fetch(url, {
        method: ask.method,
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(limitMs), closing.signal]),
      });
      content = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      throw unreachable(error, { host: base.host, setting, limitMs });
    }
    if (response.ok) return content;
    throw failureOf(response, content, { host: base.host, setting });
  }

  async function persist(ask: Ask, limitMs: number): Promise<Uint8Array> {
    const repeatable = ask.method === 'GET' || ask.idempotent === true;
    for (let attempt = 0; ; attempt++) {
      try {
        return await limited(() => send(ask, limitMs));
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

  async function greet(): Promise<string> {
    const said = new TextDecoder()
      .decode(await persist({ method: 'GET', path: 'version' }, timeoutMs))
      .trim();
    const major = Number(/^(\d{1,4})\.\d{1,4}/.exec(said)?.[1] ?? Number.NaN);
    if (Number.isNaN(major)) throw mistaken({ host: base.host, setting });
    if (major < OLDEST)
      throw new TouchlineError(
        'INVALID_CONFIG',
        `The MLflow at ${base.host} is version ${said}: ${OLDEST}.0 or newer is needed (${setting}).`,
        { details: { setting, version: said } },
      );
    return said;
  }

  async function version(): Promise<string> {
    greeted ??= greet();
    try {
      return await greeted;
    } catch (error) {
      greeted = undefined;
      throw error;
    }
  }

  return {
    version,
    close: () => closing.abort(),
    async call(ask, answer) {
      await version();
      const content = await persist(ask, timeoutMs);
      try {
        return answer.parse(JSON.parse(new TextDecoder().decode(content) || '{}'));
      } catch (error) {
        throw mistaken({ host: base.host, setting }, error);
      }
    },
    async bytes(ask) {
      await version();
      return persist(ask, transferTimeoutMs);
    },
    async once(create, look) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await create();
        } catch (error) {
          if (retryOf(error).applied !== 'unknown' || attempt + 1 >= tries) throw error;
          await pause(attempt);
          const found = await look();
          if (found !== undefined) return found;
        }
      }
    },
  };
}

/** How a failure may be followed up, as `failures.ts` wrote it into the details. */
function retryOf(error: unknown): { retry?: boolean; applied?: 'no' | 'unknown'; retryAfterMs?: number } {
  return error instanceof TouchlineError ? error.details : {};
}

function addressOf({ url, token }: MlflowOptions, setting: string): { base: URL; authorization?: string } {
  let base: URL;
  try {
    base = new URL(url);
    if (base.protocol !== 'http:' && base.protocol !== 'https:') throw new TypeError('another protocol');
  } catch (cause) {
    throw new TouchlineError(
      'INVALID_CONFIG',
      `${setting} is no address of an MLflow server: write it like http://127.0.0.1:5000.`,
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
