import { checkFilter, type Test } from '../../platform/store/filter.ts';
import type { Filter } from '../../platform/store/store.ts';

/** Order of strings by their bytes in UTF-8, as databases order them. */
export const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return value;
}

const same = (actual: unknown, value: unknown) =>
  value === null ? actual === null || actual === undefined : actual === value;

function holds(actual: unknown, test: Test): boolean {
  switch (test.operator) {
    case 'eq':
      return same(actual, test.value);
    case 'ne':
      return !same(actual, test.value);
    case 'in':
      return test.value.some((value) => same(actual, value));
    case 'exists':
      return (actual !== undefined) === test.value;
    default: {
      if (typeof actual !== typeof test.value) return false;
      const order =
        typeof actual === 'string'
          ? compareText(actual, test.value as string)
          : (actual as number) - (test.value as number);
      return { lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 }[test.operator];
    }
  }
}

/** Evaluates a filter directly: what stores are compared with. */
export const matches = (document: unknown, filter: Filter): boolean =>
  checkFilter(filter).every((test) => holds(valueAt(document, test.path), test));
