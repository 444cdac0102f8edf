import { TouchlineError } from '../errors.ts';
import { checkPath } from './names.ts';
import type { Filter } from './store.ts';

type Comparable = string | number | boolean | null;

/** One validated condition on a field. `path` is safe to write into a query; `value` must be bound. */
export type Test =
  | { path: string; operator: 'eq' | 'ne'; value: Comparable }
  | { path: string; operator: 'lt' | 'lte' | 'gt' | 'gte'; value: string | number }
  | { path: string; operator: 'in'; value: readonly Comparable[] }
  | { path: string; operator: 'exists'; value: boolean };

const invalid = (message: string) => new TouchlineError('INVALID_INPUT', message);

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
        `${path}: unknown operator '${operator.slice(0, 40)}'; use eq, ne, lt, lte, gt, gte, in or exists.`,
      );
  }
}

/**
 * Validates a filter.
 * @returns its conditions, all of which must hold. @throws INVALID_INPUT naming the path
 * @example
 * checkFilter({ player: 'ada' }); // => [{ path: 'player', operator: 'eq', value: 'ada' }]
 */
export function checkFilter(filter: Filter): Test[] {
  return Object.entries(filter).flatMap(([path, condition]) => {
    checkPath(path);
    if (isComparable(condition)) return [checkTest(path, 'eq', condition)];
    if (typeof condition !== 'object' || Array.isArray(condition))
      throw invalid(`${path}: a condition must be a value or an object of operators.`);
    const operators = Object.entries(condition);
    // An empty condition would match everything, which is never what was meant.
    if (operators.length === 0) throw invalid(`${path}: the condition has no operator.`);
    return operators.map(([operator, value]) => checkTest(path, operator, value));
  });
}

/** @throws INVALID_INPUT where the limit of a page is not from 1 to 1,000 */
export function checkLimit(limit = 100): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw invalid(`The limit of a page must be a whole number from 1 to 1,000, not ${limit}.`);
  return limit;
}
