import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';

/**
 * SHA-256 of bytes or text, in lower-case hex.
 * @example
 * hashBytes('abc').slice(0, 8); // => 'ba7816bf'
 */
export function hashBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * JSON with sorted keys, so that equal values give equal text. NaN becomes null, as in JSON.
 * @example
 * canonicalJson({ b: 1, a: [2] }); // => '{"a":[2],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** SHA-256 of the canonical JSON of a value. */
export function hashJson(value: unknown): string {
  return hashBytes(canonicalJson(value));
}
