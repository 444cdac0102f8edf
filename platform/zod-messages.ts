import { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

const NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'a time',
  null: 'null',
};

const quoted = (values: readonly unknown[]) => values.map((value) => `'${value}'`).join(', ');
const many = (count: number | bigint, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

/** Message for a number, text or list whose size is out of bounds. */
function size(
  origin: string,
  bound: number | bigint,
  inclusive: boolean | undefined,
  side: 'least' | 'most',
) {
  const limit = inclusive ? `at ${side} ` : side === 'least' ? 'more than ' : 'less than ';
  if (origin === 'string')
    return side === 'least' && bound === 1
      ? 'must not be empty'
      : `must have ${limit}${many(bound, 'character')}`;
  if (origin === 'array' || origin === 'set') return `must have ${limit}${many(bound, 'item')}`;
  return `must be ${limit}${bound}`;
}

/**
 * A readable message about a wrong value, to follow the name of its field. Undefined keeps zod's own message.
 * @example
 * messageFor({ code: 'invalid_type', expected: 'int', input: 'x' }); // => 'must be a whole number'
 */
export function messageFor(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${NAMES[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing';
      return issue.values.length === 1
        ? `must be ${quoted(issue.values)}`
        : `must be one of ${quoted(issue.values)}`;
    case 'too_small':
      return size(issue.origin, issue.minimum, issue.inclusive, 'least');
    case 'too_big':
      return size(issue.origin, issue.maximum, issue.inclusive, 'most');
    case 'unrecognized_keys':
      return `has no field ${quoted(issue.keys)}`;
    case 'invalid_format':
      return issue.format === 'regex' ? 'does not have the required form' : `must be a valid ${issue.format}`;
    case 'invalid_union':
      return issue.input === undefined ? 'is missing' : undefined;
    default:
      return undefined;
  }
}

z.config({ customError: (issue) => messageFor(issue) });
