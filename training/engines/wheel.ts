import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { TouchlineError } from '../../platform/errors.ts';
import { hashBytes } from '../../platform/hash.ts';
import { type Build, buildOf, type Engine } from './engine.ts';

/** Limit for the whole download. */
const DOWNLOAD_MS = 300_000;
const SETTING = 'TOUCHLINE_ENGINE_INDEX';

export interface WheelOptions {
  /** Base URL of a simple index (PEP 503), with credentials if it needs them. */
  index: string;
  /** Path of a local wheel, instead of the index. */
  from?: string;
  signal?: AbortSignal;
}

/**
 * The pinned wheel of an engine for this machine.
 * @throws UNAVAILABLE if the index cannot be reached or the download is incomplete; NOT_FOUND if the index or the disk
 *   does not have it; INVALID_FORMAT if its hash is not the pinned one
 */
export async function readWheel(engine: Engine, { index, from, signal }: WheelOptions): Promise<Uint8Array> {
  const build = buildOf(engine);
  const bytes = from === undefined ? await download(build, index, signal) : await readLocal(build, from);
  const found = hashBytes(bytes);
  if (found === build.sha256) return bytes;
  throw new TouchlineError(
    'INVALID_FORMAT',
    `${from ?? build.wheel} is not the pinned ${build.wheel}: its SHA-256 is ${found} instead of ${build.sha256}. Nothing was installed.`,
    { details: { engine: engine.name, sha256: found, wanted: build.sha256 } },
  );
}

async function readLocal({ wheel }: Build, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new TouchlineError('NOT_FOUND', `${path} cannot be read: pass the path of ${wheel}.`, {
      cause: error,
    });
  }
}

async function download({ wheel, bytes }: Build, index: string, caller?: AbortSignal): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(DOWNLOAD_MS);
  const signal = caller ? AbortSignal.any([caller, timeout]) : timeout;
  const project = wheel.slice(0, wheel.indexOf('-')).replaceAll('_', '-');
  const page = new URL(`${index.replace(/\/$/, '')}/${project}/`);
  const headers = takeCredentials(page);
  try {
    const listing = await get(page, headers, signal);
    const found = linkTo(wheel, await listing.text(), listing.url);
    if (found === undefined) throw notFound(`${page.host} does not list ${wheel}`);
    const response = await get(found, found.host === page.host ? headers : {}, signal);
    return await readAll(response, bytes, wheel);
  } catch (error) {
    if (error instanceof TouchlineError || caller?.aborted) throw error;
    throw unreachable(page.host, reasonOf(error), error);
  }
}

/** Removes user and password from a URL and returns them as the header that carries them. */
function takeCredentials(url: URL): Record<string, string> {
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

async function get(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { headers: { accept: 'text/html, */*;q=0.1', ...headers }, signal });
  if (response.ok) return response;
  if (response.status === 404) throw notFound(`${url.host} does not have ${url.pathname}`);
  throw unreachable(url.host, `status ${response.status}`);
}

/** The URL of a file name on a page of links. */
function linkTo(file: string, page: string, base: string): URL | undefined {
  for (const part of page.split('href="').slice(1)) {
    const href = part.slice(0, part.indexOf('"')).replaceAll('&amp;', '&');
    if (!URL.canParse(href, base)) continue;
    const url = new URL(href, base);
    if (basename(decodeURIComponent(url.pathname)) === file) return url;
  }
  return undefined;
}

/** The body, which must have exactly `bytes` bytes. */
async function readAll(response: Response, bytes: number, wheel: string): Promise<Uint8Array> {
  const all = new Uint8Array(bytes);
  let length = 0;
  const truncated = (cause?: unknown) =>
    new TouchlineError(
      'UNAVAILABLE',
      `Only ${length} of the ${bytes} bytes of ${wheel} arrived: try again.`,
      {
        cause,
        details: { setting: SETTING, bytes: length, wanted: bytes },
      },
    );
  try {
    for await (const chunk of response.body ?? []) {
      if (length + chunk.length > bytes)
        throw new TouchlineError(
          'INVALID_FORMAT',
          `${wheel} is larger than the pinned ${bytes} bytes. Nothing was installed.`,
        );
      all.set(chunk, length);
      length += chunk.length;
    }
  } catch (error) {
    throw error instanceof TouchlineError ? error : truncated(error);
  }
  if (length < bytes) throw truncated();
  return all;
}

/** The error of `fetch` says only that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Error };
  return cause?.message || message;
}

function notFound(what: string): TouchlineError {
  return new TouchlineError(
    'NOT_FOUND',
    `${what}: set ${SETTING} to a simple index that does, or pass the wheel with --from.`,
    { details: { setting: SETTING } },
  );
}

function unreachable(host: string, reason: string, cause?: unknown): TouchlineError {
  return new TouchlineError(
    'UNAVAILABLE',
    `The index ${host} could not be reached (${reason}): set ${SETTING} to another one, or pass the wheel with --from.`,
    { cause, details: { setting: SETTING } },
  );
}
