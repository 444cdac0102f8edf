import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';

/** SHA-256 of bytes or text, in lower-case hex. */
export function hashBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** JSON with sorted keys: the same value always gives the same text. NaN and undefined become null, as in JSON. */
export function canonicalJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** SHA-256 of the canonical JSON of a value. */
export function hashJson(value: unknown): string {
  return hashBytes(canonicalJson(value));
}
