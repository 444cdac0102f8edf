// @ts-check

const KEY = 'touchline-key';

/** An error as the API renders it, or one of the way there. */
export class ApiError extends Error {
  /**
   * @param {number} status 0 where nothing answered.
   * @param {{ code: string, message: string, remedy?: string, error_id?: string, details?: Record<string, any> }} error
   */
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.remedy = error.remedy ?? '';
    this.errorId = error.error_id ?? '';
    this.details = error.details ?? {};
  }

  /** For people, with what they can do. */
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
 * Asks the API. The key travels in a header that no other site can make a browser send, so there is nothing to forge.
 * @param {string} path
 * @param {{ method?: string, body?: unknown, text?: boolean, signal?: AbortSignal }} [options]
 * @returns {Promise<any>} the JSON, or the text where `text` is set
 */
export async function ask(path, options = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  const key = storedKey();
  if (key !== null) headers.Authorization = `Bearer ${key}`;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body),
      signal: options.signal ?? AbortSignal.timeout(20_000),
    });
  } catch {
    throw new ApiError(0, {
      code: 'UNREACHABLE',
      message: 'The server does not answer.',
      remedy: 'Check that it runs, then try again.',
    });
  }
  if (options.text && response.ok) return response.text();
  const json = await response.json().catch(() => ({}));
  if (response.ok) return json;
  throw new ApiError(
    response.status,
    json.error ?? { code: 'UNKNOWN', message: `The server answered ${response.status}.` },
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
