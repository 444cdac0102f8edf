import { TouchlineError } from '../../platform/errors.ts';

const MAX_DEPTH = 32;
const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

const utf8 = new TextDecoder('utf-8', { fatal: true });

function requireSafeKeys(value: unknown, path: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH)
    throw new TouchlineError('INVALID_INPUT', `The body is nested more than ${MAX_DEPTH} levels deep.`);
  if (Array.isArray(value)) {
    for (const one of value) requireSafeKeys(one, path, depth + 1);
    return;
  }
  for (const key of Object.keys(value)) {
    if (PROTOTYPE_KEYS.has(key) || key.startsWith('$'))
      throw new TouchlineError('INVALID_INPUT', `The body has a forbidden key: ${key.slice(0, 40)}.`, {
        details: { fields: [{ field: `${path}${key}`.slice(0, 200), problem: 'is a forbidden name' }] },
      });
    requireSafeKeys((value as Record<string, unknown>)[key], `${path}${key}.`, depth + 1);
  }
}

/**
 * Parses the JSON of a body: strict UTF-8, no prototype keys, no query operators, at most 32 levels.
 * @throws INVALID_FORMAT where it is not UTF-8; INVALID_INPUT where it is empty, not JSON or has forbidden keys.
 */
export function readJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new TouchlineError('INVALID_INPUT', 'The body is empty: send a JSON object.');
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (error) {
    throw new TouchlineError('INVALID_FORMAT', 'The body is not UTF-8.', { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TouchlineError('INVALID_INPUT', 'The body is not valid JSON.', { cause: error });
  }
  requireSafeKeys(value, '', 0);
  return value;
}
