// @ts-check
/** @import { Api, GivenArguments } from '../api/wire.ts' */

const KEY = 'touchline-key';
const TIMEOUT_MS = 20_000;

/** An error that the API answered, or a failure to reach it. */
export class ApiError extends Error {
  /**
   * @param {number} status 0 where the server could not be reached.
   * @param {{ code: string, message: string, remedy?: string, error_id?: string, details?: Record<string, unknown> }} error
   */
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.remedy = error.remedy ?? '';
    this.errorId = error.error_id ?? '';
    this.details = error.details ?? {};
  }

  /** The message for people, with what they can do. */
  get text() {
    const id = this.status >= 500 && this.errorId !== '' ? ` (error ${this.errorId})` : '';
    return `${this.message} ${this.remedy}${id}`.trim();
  }
}

export const storedKey = () => sessionStorage.getItem(KEY);

/** @param {string | null} key */
export function storeKey(key) {
  if (key === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, key);
}

/**
 * The URL of a route: parameters filled in, and the query appended.
 * @template {keyof Api} R
 * @param {R} route such as `GET /v1/products`
 * @param {GivenArguments<R>} given
 */
export function urlOf(route, ...given) {
  const { params, query } =
    /** @type {{ params?: Record<string, string>, query?: Record<string, unknown> }} */ (given[0] ?? {});
  const path = route
    .slice(route.indexOf(' ') + 1)
    .replace(/:(\w+)/g, (_, name) => encodeURIComponent(params?.[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search}`;
}

/**
 * Calls a route of the API by its name; its types come from the schemas of the route.
 * @template {keyof Api} R
 * @param {R} route such as `GET /v1/products`
 * @param {GivenArguments<R>} given
 * @returns {Promise<Api[R]['answer']>}
 * @throws {ApiError}
 */
export async function ask(route, ...given) {
  const { body } = /** @type {{ body?: unknown }} */ (given[0] ?? {});
  const json = body === undefined ? undefined : JSON.stringify(body);
  const response = await request(route.slice(0, route.indexOf(' ')), urlOf(route, ...given), json);
  return response.json();
}

/**
 * Sends a request with the stored key. The key travels in a header that no other site can make a browser send, so
 * requests cannot be forged.
 * @param {string} method
 * @param {string} url
 * @param {string} [json] the body
 * @throws {ApiError} unless the answer is a success
 */
export async function request(method, url, json) {
  /** @type {Record<string, string>} */
  const headers = {};
  const key = storedKey();
  if (key !== null) headers.Authorization = `Bearer ${key}`;
  if (json !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(url, { method, headers, body: json, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new ApiError(0, {
      code: 'UNREACHABLE',
      message: 'The server cannot be reached.',
      remedy: 'Check that it is running, then try again.',
    });
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new ApiError(
    response.status,
    answer.error ?? { code: 'UNKNOWN', message: `The server answered with status ${response.status}.` },
  );
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function textOf(error) {
  if (error instanceof ApiError) return error.text;
  return error instanceof Error ? error.message : String(error);
}
