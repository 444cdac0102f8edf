import { TouchlineError } from '../errors.ts';
import type { Document, Filter } from './store.ts';

type Comparable = string | number | boolean | null;

/** One checked test of a filter: `path` is safe to write into a query, `value` must be bound. */
export type Test =
  | { path: string; operator: 'eq' | 'ne'; value: Comparable }
  | { path: string; operator: 'lt' | 'lte' | 'gt' | 'gte'; value: string | number }
  | { path: string; operator: 'in'; value: readonly Comparable[] }
  | { path: string; operator: 'exists'; value: boolean };

const NAME = /^[a-z][a-z0-9_.-]{0,62}$/;
const SEGMENT = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

const invalid = (message: string, details: Record<string, unknown> = {}) =>
  new TouchlineError('INVALID_INPUT', message, { details });

/** Whether a collection may have this name. */
export const isName = (name: string): boolean => NAME.test(name);

/** Checks the name of a collection. @throws INVALID_INPUT */
export function checkName(name: string): string {
  if (!isName(name))
    throw invalid(
      `'${name.slice(0, 80)}' cannot name a collection: use lower-case letters, digits, _ . and -, up to 63.`,
    );
  return name;
}

/** Checks a dotted field name: at most 8 plain names. @throws INVALID_INPUT */
export function checkPath(path: string): string {
  const segments = path.split('.');
  if (segments.length > 8 || segments.some((name) => !SEGMENT.test(name) || FORBIDDEN.has(name)))
    throw invalid(
      `'${path.slice(0, 80)}' is not a field name: use letters, digits, _ and -, joined by dots.`,
    );
  return path;
}

const isComparable = (value: unknown): value is Comparable =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value));

function checkTest(path: string, operator: string, value: unknown): Test {
  switch (operator) {
    case 'eq':
    case 'ne':
      if (isComparable(value)) return { path, operator, value };
      throw invalid(`${path}: '${operator}' takes a string, a finite number, a boolean or null.`);
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)))
        return { path, operator, value };
      throw invalid(`${path}: '${operator}' takes a string or a finite number.`);
    case 'in':
      if (Array.isArray(value) && value.every(isComparable)) return { path, operator, value };
      throw invalid(`${path}: 'in' takes a list of strings, finite numbers, booleans or null.`);
    case 'exists':
      if (typeof value === 'boolean') return { path, operator, value };
      throw invalid(`${path}: 'exists' takes true or false.`);
    default:
      throw invalid(
        `${path}: there is no operator '${operator.slice(0, 40)}'; use eq, ne, lt, lte, gt, gte, in or exists.`,
      );
  }
}

/** A filter as a list of checked tests, all of which must hold. @throws INVALID_INPUT naming the path */
export function checkFilter(filter: Filter): Test[] {
  return Object.entries(filter).flatMap(([path, condition]) => {
    checkPath(path);
    if (isComparable(condition)) return [checkTest(path, 'eq', condition)];
    if (typeof condition !== 'object' || Array.isArray(condition))
      throw invalid(`${path}: a condition is a value or an object of operators.`);
    const operators = Object.entries(condition);
    // An empty or half-filled condition would match everything, which is never what was meant.
    if (operators.length === 0) throw invalid(`${path}: the condition has no operator.`);
    return operators.map(([operator, value]) => checkTest(path, operator, value));
  });
}

/** Checks what every adapter asks of a key: 1 to 512 characters of well-formed text. @throws INVALID_INPUT */
export function checkId(id: unknown): string {
  if (typeof id !== 'string' || id.length === 0 || id.length > 512 || /\p{Surrogate}/u.test(id))
    throw invalid('A document needs an id: a string of 1 to 512 characters.');
  return id;
}

/** Key and JSON text of a document, without the version that adapters keep beside it. @throws INVALID_INPUT */
export function encodeDocument(document: Document): { id: string; text: string } {
  const id = checkId(document.id);
  const { _version, ...content } = document as Document & { _version?: unknown };
  return { id, text: JSON.stringify(content) };
}

/** Limit of a page. @throws INVALID_INPUT outside 1 to 1,000 */
export function checkLimit(limit = 100): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw invalid(`The limit of a page is a whole number from 1 to 1,000, not ${limit}.`);
  return limit;
}
