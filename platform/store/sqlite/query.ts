import type { Order, Position } from '../cursor.ts';
import type { Test } from '../filter.ts';

type Bound = string | number;

/** A condition in SQL with the values of its question marks; an empty text always holds. */
export interface Sql {
  text: string;
  values: Bound[];
}

/** A field as SQL expressions. */
interface Field {
  value: string;
  /** Its JSON type: 'text', 'integer', 'real', 'true', 'false', 'null', 'array' or 'object'; NULL where absent. */
  type: string;
}

/** @param path checked by `checkPath`, because it is written into the SQL: an expression index serves nothing else. */
export function fieldOf(path: string): Field {
  if (path === 'id') return { value: 'id', type: `'text'` };
  if (path === '_version') return { value: 'version', type: `'integer'` };
  const literal = `'$.${path
    .split('.')
    .map((name) => `"${name}"`)
    .join('.')}'`;
  return { value: `json_extract(doc, ${literal})`, type: `json_type(doc, ${literal})` };
}

// SQLite parses decimals differently from JavaScript in the last bit, so numbers are bound as text and parsed by the
// function that parses the documents. (A cast would do too, but because of its affinity no index would be used.)
const NUMBER = "json_extract(?, '$')";
const IS_NUMBER = `in ('integer', 'real')`;

function equals(field: Field, value: string | number | boolean | null): Sql {
  if (value === null) return { text: `${field.value} is null`, values: [] };
  if (typeof value === 'boolean')
    return { text: `(${field.value} = ${Number(value)} and ${field.type} = '${value}')`, values: [] };
  if (typeof value === 'string') {
    // json_extract returns arrays and objects as text, which only such a string can equal.
    const guard = /^[[{]/.test(value) ? ` and ${field.type} = 'text'` : '';
    return { text: `(${field.value} = ?${guard})`, values: [value] };
  }
  // It also returns true and false as 1 and 0.
  const guard = value === 0 || value === 1 ? ` and ${field.type} ${IS_NUMBER}` : '';
  return { text: `(${field.value} = ${NUMBER}${guard})`, values: [String(value)] };
}

function isIn(field: Field, values: readonly (string | number | boolean | null)[]): Sql {
  const strings = values.filter((value) => typeof value === 'string');
  const rest = values.filter((value) => typeof value !== 'string').map((value) => equals(field, value));
  if (strings.length > 0)
    rest.push({
      text: `(${field.value} in (select value from json_each(?)) and ${field.type} = 'text')`,
      values: [JSON.stringify(strings)],
    });
  if (rest.length === 0) return { text: '0', values: [] };
  return {
    text: `(${rest.map((piece) => piece.text).join(' or ')})`,
    values: rest.flatMap((piece) => piece.values),
  };
}

const SIGNS = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

function compileTest(test: Test): Sql {
  const field = fieldOf(test.path);
  switch (test.operator) {
    case 'eq':
      return equals(field, test.value);
    case 'ne': {
      const same = equals(field, test.value);
      return { text: `(${same.text}) is not true`, values: same.values };
    }
    case 'in':
      return isIn(field, test.value);
    case 'exists':
      return { text: `${field.type} is ${test.value ? 'not ' : ''}null`, values: [] };
    default: {
      const sign = SIGNS[test.operator];
      return typeof test.value === 'string'
        ? { text: `(${field.value} ${sign} ? and ${field.type} = 'text')`, values: [test.value] }
        : {
            text: `(${field.value} ${sign} ${NUMBER} and ${field.type} ${IS_NUMBER})`,
            values: [String(test.value)],
          };
    }
  }
}

/** Several conditions as one. */
export function allOf(conditions: readonly Sql[]): Sql {
  return {
    text: conditions
      .map(({ text }) => text)
      .filter(Boolean)
      .join(' and '),
    values: conditions.flatMap(({ values }) => values),
  };
}

export const compileTests = (tests: readonly Test[]): Sql => allOf(tests.map(compileTest));

/** The `where` clause of a condition. */
export const where = ({ text }: Sql): string => (text ? ` where ${text}` : '');

/** What an `order by` lists. */
export function compileOrder({ sort, descending }: Order): string {
  const direction = descending ? ' desc' : '';
  return sort === 'id' ? `id${direction}` : `${fieldOf(sort).value}${direction}, id${direction}`;
}

/** Matches rows after a position. Absent and null values sort before all others. */
export function compileAfter(order: Order, { value, id }: Position): Sql {
  const beyond = order.descending ? '<' : '>';
  if (order.sort === 'id') return { text: `id ${beyond} ?`, values: [id] };
  const field = fieldOf(order.sort).value;
  if (value === null)
    return order.descending
      ? { text: `(${field} is null and id < ?)`, values: [id] }
      : { text: `(${field} is not null or id > ?)`, values: [id] };
  const [bound, placeholder] = typeof value === 'number' ? [String(value), NUMBER] : [value, '?'];
  const beyondHere = `${field} ${beyond}= ${placeholder} and (${field} ${beyond} ${placeholder} or id ${beyond} ?)`;
  return {
    text: order.descending ? `((${beyondHere}) or ${field} is null)` : `(${beyondHere})`,
    values: [bound, bound, id],
  };
}
