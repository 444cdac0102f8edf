import { TouchlineError } from '../errors.ts';

const COLLECTION = /^[a-z][a-z0-9_.-]{0,62}$/;
const SEGMENT = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Whether a collection may have this name.
 * @example
 * isCollectionName('bronze.records'); // => true
 * isCollectionName('Bronze records'); // => false
 */
export const isCollectionName = (name: string): boolean => COLLECTION.test(name);

/** @throws INVALID_INPUT where a collection may not have this name */
export function checkCollectionName(name: string): string {
  if (isCollectionName(name)) return name;
  throw new TouchlineError(
    'INVALID_INPUT',
    `'${name.slice(0, 80)}' is not a valid collection name: use up to 63 lower-case letters, digits, '_', '.' and '-', beginning with a letter.`,
  );
}

/**
 * Checks the path of a field: up to 8 plain names joined by dots.
 * @returns the path, which is then safe to write into a query. @throws INVALID_INPUT
 * @example
 * checkPath('champion.version'); // => 'champion.version'
 */
export function checkPath(path: string): string {
  const segments = path.split('.');
  if (segments.length <= 8 && segments.every((name) => SEGMENT.test(name) && !FORBIDDEN.has(name)))
    return path;
  throw new TouchlineError(
    'INVALID_INPUT',
    `'${path.slice(0, 80)}' is not a valid field name: use letters, digits, '_' and '-', joined by dots.`,
  );
}
