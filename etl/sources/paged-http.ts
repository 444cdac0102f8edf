import { setTimeout as sleep } from 'node:timers/promises';
import { TouchlineError } from '../../platform/errors.ts';
import { readJson } from '../formats/json.ts';
import { placed, type RecordParser } from '../parse-record.ts';
import type { ListContext, Source, Unit } from '../source.ts';
import { isUrl } from './files.ts';
import { memoryPart } from './memory-part.ts';

export interface PagedHttpOptions {
  /** Records a page; default 500. */
  pageSize?: number;
  /** Requests for one page in all; default 4. */
  attempts?: number;
  /** Milliseconds before the first repetition, doubled each time; default 250. */
  backoffMs?: number;
  /** Milliseconds that one request may take; default 10,000. */
  timeoutMs?: number;
}

/**
 * A server that hands out records page by page and never the same twice: `GET /getdata/<n>` answers a JSON array of up
 * to n records, an empty one at the end; `GET /reset` starts over. An address that ends in `/reset` asks for that first.
 * What a killed run had been answered but not yet kept is lost to a server that counts: reset it and run again, records
 * that are stored already are counted as duplicates.
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
    async *records(content) {
      for await (const { line, value } of readJson(content.text(), content.key)) {
        yield placed(line, parse(value), value);
      }
    },
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

type Patience = Required<Omit<PagedHttpOptions, 'pageSize'>>;

/** One answer. Time-outs, lost connections, 429 and 5xx are tried again; any other status is an error at once. */
async function fetchPage(url: string, patience: Patience, context: ListContext): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    context.signal?.throwIfAborted();
    const answer = await tryOnce(url, patience.timeoutMs, context);
    if (Buffer.isBuffer(answer)) return answer;
    if (attempt >= patience.attempts) {
      throw new TouchlineError(
        'UNAVAILABLE',
        `${url} ${answer.failure} (${attempt} attempts). Try again later.`,
        {
          cause: answer.cause,
          details: { url, attempts: attempt },
        },
      );
    }
    await sleep(patience.backoffMs * 2 ** (attempt - 1), undefined, { signal: context.signal });
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
    if (response.status === 429 || response.status >= 500) return { failure: `answers ${response.status}` };
    throw new TouchlineError(
      response.status === 404 ? 'NOT_FOUND' : 'INVALID_INPUT',
      `${url} answers ${response.status}: check the address.`,
      { details: { url, status: response.status } },
    );
  } catch (cause) {
    if (cause instanceof TouchlineError || signal?.aborted) throw cause;
    return { failure: timeout.aborted ? `does not answer in ${timeoutMs} ms` : 'cannot be reached', cause };
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
        `${url} answers more than ${maxBytes} bytes: ask for smaller pages.`,
        {
          details: { url, limit: maxBytes },
        },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
