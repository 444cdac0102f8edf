import { setTimeout as sleep } from 'node:timers/promises';
import { TouchlineError } from '../../platform/errors.ts';
import { isUrl } from '../files/find-files.ts';
import { memoryPart } from '../files/parts.ts';
import { json } from '../formats/json.ts';
import type { RecordParser } from '../parse-record.ts';
import { readRecords } from '../read-records.ts';
import type { ListContext, Source, Unit } from '../source.ts';

export interface PagedHttpOptions {
  /** Records per page; default 500. */
  pageSize?: number;
  /** Attempts to get one page, the first included; default 4. */
  attempts?: number;
  /** Milliseconds before the first retry, doubled for each further one; default 250. */
  backoffMs?: number;
  /** Time limit of one request in milliseconds; default 10,000. */
  timeoutMs?: number;
}

/**
 * A server that returns each record once, page by page: `GET /getdata/<n>` returns a JSON array of up to n records, an
 * empty one at the end; `GET /reset` starts over, and is called first if the address ends in `/reset`. If a run is killed
 * between receiving a page and storing it, the server does not return that page again: reset it and rerun; records that
 * are already stored are counted as duplicates.
 */
export function pagedHttp<R>(parse: RecordParser<R>, options: PagedHttpOptions = {}): Source<R> {
  const { pageSize = 500, attempts = 4, backoffMs = 250, timeoutMs = 10_000 } = options;
  return {
    name: 'http',
    accepts: 'the address of a paged server (http://host:port, read by /getdata/<n>)',
    once: true,
    recognises: async (from) => isUrl(from),
    async list(from, context) {
      const reset = /\/reset\/?$/.test(new URL(from).pathname);
      const base = from.replace(/[?#].*$/, '').replace(/\/(reset|getdata(\/\d+)?)?\/*$/, '');
      const request = (path: string) =>
        fetchPage(`${base}${path}`, { attempts, backoffMs, timeoutMs }, context);
      if (reset) await request('/reset');
      return { units: pages(request, pageSize, context) };
    },
    records: ({ files: [page] }) => readRecords(json, page, [], parse),
  };
}

async function* pages(
  request: (path: string) => Promise<Buffer>,
  pageSize: number,
  context: ListContext,
): AsyncGenerator<Unit> {
  while (context.remaining() > 0) {
    const size = Math.min(pageSize, context.remaining());
    const bytes = await request(`/getdata/${size}`);
    if (/^\s*\[\s*\]\s*$/.test(bytes.subarray(0, 64).toString('latin1')) || bytes.length === 0) return;
    yield { key: 'getdata', parts: [memoryPart('getdata', bytes)] };
  }
}

type RetryOptions = Required<Omit<PagedHttpOptions, 'pageSize'>>;

/** One response. Time-outs, lost connections, 429 and 5xx are retried; any other status is an error immediately. */
async function fetchPage(url: string, retry: RetryOptions, context: ListContext): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    context.signal?.throwIfAborted();
    const result = await tryOnce(url, retry.timeoutMs, context);
    if (Buffer.isBuffer(result)) return result;
    if (attempt >= retry.attempts) {
      throw new TouchlineError(
        'UNAVAILABLE',
        `${url} ${result.failure} (${attempt} attempts). Try again later.`,
        {
          cause: result.cause,
          details: { url, attempts: attempt },
        },
      );
    }
    await sleep(retry.backoffMs * 2 ** (attempt - 1), undefined, { signal: context.signal });
  }
}

async function tryOnce(
  url: string,
  timeoutMs: number,
  { maxBytes, signal }: ListContext,
): Promise<Buffer | { failure: string; cause?: unknown }> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
    if (response.ok) return await bodyOf(response, url, maxBytes);
    await response.body?.cancel();
    if (response.status === 429 || response.status >= 500)
      return { failure: `responds with ${response.status}` };
    throw new TouchlineError(
      response.status === 404 ? 'NOT_FOUND' : 'INVALID_INPUT',
      `${url} responds with ${response.status}: check the address.`,
      { details: { url, status: response.status } },
    );
  } catch (cause) {
    if (cause instanceof TouchlineError || signal?.aborted) throw cause;
    return {
      failure: timeout.aborted ? `does not respond within ${timeoutMs} ms` : 'cannot be reached',
      cause,
    };
  }
}

async function bodyOf(response: Response, url: string, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new TouchlineError(
        'FILE_TOO_LARGE',
        `${url} returns more than ${maxBytes} bytes: request smaller pages.`,
        {
          details: { url, limit: maxBytes },
        },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
