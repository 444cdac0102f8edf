import type { Order, Position } from '../cursor.ts';
import type { Test } from '../filter.ts';

type Bound = string | number;

/** A piece of SQL with the values of its question marks. */
export interface Sql {
  text: string;
  values: Bound[];
}

/** A field as SQL: its value, and its JSON type ('text', 'integer', 'real', 'true', 'false', 'null', 'array', 'object'; NULL when absent). */
interface Field {
  value: string;
  type: string;
}

/** @param path checked by `checkPath`: it is written into the SQL, because only then can an expression index serve it. */
export function fieldOf(path: string): Field {
  if (path === 'id') return { value: 'id', type: `'text'` };
  if (path === '_version') return { value: 'version', type: `'integer'` };
  const literal = `'$.${path
    .split('.')
    .map((name) => `"${name}"`)
    .join('.')}'`;
  return { value: `json_extract(doc, ${literal})`, type: `json_type(doc, ${literal})` };
}

// SQLite's reader of decimals can differ from JavaScript's in the last bit, so numbers are bound as text and read
// by the same reader that reads the documents. (A cast would do too, but its affinity keeps indexes from serving.)
const NUMBER = "json_extract(?, '$')";
const IS_NUMBER = `in ('integer', 'real')`;

function equals(field: Field, value: string | number | boolean | null): Sql {
  if (value === null) return { text: `${field.value} is null`, values: [] };
  if (typeof value === 'boolean')
    return { text: `(${field.value} = ${Number(value)} and ${field.type} = '${value}')`, values: [] };
  if (typeof value === 'string') {
    // json_extract gives arrays and objects as their text, which only such a string can equal.
    const guard = /^[[{]/.test(value) ? ` and ${field.type} = 'text'` : '';
    return { text: `(${field.value} = ?${guard})`, values: [value] };
  }
  // It also gives true and false as 1 and 0.
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

/** `where` clause of a filter, empty when nothing is asked. */
export function compileFilter(tests: readonly Test[]): Sql {
  const pieces = tests.map(compileTest);
  return {
    text: pieces.map((piece) => piece.text).join(' and '),
    values: pieces.flatMap((piece) => piece.values),
  };
}

/** What must hold for rows after a position. Absent and null values sort before all others. */
export function compileAfter(order: Order, position: Position): Sql {
  const beyond = order.descending ? '<' : '>';
  const { value, id } = position;
  if (order.sort === 'id') return { text: `id ${beyond} ?`, values: [id] };
  const field = fieldOf(order.sort).value;
  if (value === null)
    return order.descending
      ? { text: `(${field} is null and id < ?)`, values: [id] }
      : { text: `(${field} is not null or id > ?)`, values: [id] };
  const within = `${field} ${beyond}= ? and (${field} ${beyond} ? or id ${beyond} ?)`;
  return {
    text: order.descending ? `((${within}) or ${field} is null)` : `(${within})`,
    values: [value, value, id],
  };
}
