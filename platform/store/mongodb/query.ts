import type { Filter as Query, Sort } from 'mongodb';
import type { Order, Position } from '../cursor.ts';
import type { Test } from '../filter.ts';

/** A document as MongoDB keeps it: fields of its own beside it, so that no name in it can mean anything to the server. */
export interface Kept {
  _id: string;
  version: number;
  doc: { [field: string]: unknown };
  /** Each set of unique paths whose values are all there, as text by the name of the set. */
  keys?: { [name: string]: string };
  /** When the server deletes it; null: never. */
  expiresAt?: Date | null;
  /** It came from a backup, and what stands beside `doc` is not made yet. */
  restored?: true;
}

export type KeptQuery = Query<Kept>;

/** Where a path of a document lies. @param path checked by `checkPath` */
export function fieldOf(path: string): string {
  if (path === 'id') return '_id';
  if (path === '_version') return 'version';
  return `doc.${path}`;
}

type Value = string | number | boolean | null;

// MongoDB looks into lists: `{ tags: 'a' }` finds ['a', 'b'], and paths lead through them. Here lists equal nothing.
const NO_LIST = { $not: { $type: 'array' } };

/** The fields on the way to a nested one, which may be no lists. */
function parentsOf(path: string): string[] {
  const names = path.split('.');
  return names.slice(1).map((_, i) => fieldOf(names.slice(0, i + 1).join('.')));
}

/** The condition on a field that is reached through objects alone and is no list itself. */
function plainly(path: string, condition: object): KeptQuery {
  const parents = parentsOf(path).map((parent) => [parent, NO_LIST]);
  return { [fieldOf(path)]: { ...condition, ...NO_LIST }, ...Object.fromEntries(parents) };
}

function equals(path: string, value: Value): KeptQuery {
  if (value !== null) return plainly(path, { $eq: value });
  const behindList = parentsOf(path).map((parent) => ({ [parent]: { $type: 'array' } }));
  const absent = plainly(path, { $eq: null });
  return behindList.length === 0 ? absent : { $or: [absent, ...behindList] };
}

function isIn(path: string, values: readonly Value[]): KeptQuery {
  const some = plainly(path, { $in: values.filter((value) => value !== null) });
  return values.includes(null) ? { $or: [some, equals(path, null)] } : some;
}

function exists(path: string): KeptQuery {
  const parents = parentsOf(path).map((parent) => [parent, NO_LIST]);
  return { [fieldOf(path)]: { $exists: true }, ...Object.fromEntries(parents) };
}

function compileTest(test: Test): KeptQuery {
  switch (test.operator) {
    case 'eq':
      return equals(test.path, test.value);
    case 'ne':
      return { $nor: [equals(test.path, test.value)] };
    case 'in':
      return isIn(test.path, test.value);
    case 'exists':
      return test.value ? exists(test.path) : { $nor: [exists(test.path)] };
    default:
      return plainly(test.path, { [`$${test.operator}`]: test.value });
  }
}

/** All tests at once. Every value stands behind an operator of ours, so none of a caller's is ever one. */
export function compileFilter(tests: readonly Test[]): KeptQuery {
  return tests.length === 0 ? {} : { $and: tests.map(compileTest) };
}

/** What must hold for documents after a position. Absent and null values sort before all others. */
export function compileAfter(order: Order, { value, id }: Position): KeptQuery {
  const beyond = order.descending ? '$lt' : '$gt';
  const later = { _id: { [beyond]: id } };
  if (order.sort === 'id') return later;
  const field = fieldOf(order.sort);
  const isNull = { [field]: { $eq: null } };
  const here = { [field]: { $eq: value }, ...later };
  if (value === null) return order.descending ? here : { $or: [{ $nor: [isNull] }, here] };
  const there = { [field]: { [beyond]: value } };
  return { $or: order.descending ? [there, here, isNull] : [there, here] };
}

export function sortBy({ sort, descending }: Order): Sort {
  const direction = descending ? -1 : 1;
  return sort === 'id' ? { _id: direction } : { [fieldOf(sort)]: direction, _id: direction };
}

/** The value at a path of a document; undefined where it leads through a list or to nothing. */
export function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return value;
}
