import type { Filter, Sort } from 'mongodb';
import type { Order, Position } from '../cursor.ts';
import type { Content } from '../document.ts';
import type { Test } from '../filter.ts';

/** A document as MongoDB keeps it: nested, so that none of its field names can mean anything to the server. */
export interface MongoDocument {
  _id: string;
  version: number;
  doc: Content;
  /** The values of each set of unique paths whose values are all present, as text by the label of the set. */
  keys?: { [name: string]: string };
  /** When the server deletes it; null: never. */
  expiresAt?: Date | null;
  /** It came from a backup, and its derived fields are missing. */
  restored?: true;
}

export type MongoFilter = Filter<MongoDocument>;

/** The field of a stored document that holds a path of the document. */
export function fieldOf(path: string): string {
  if (path === 'id') return '_id';
  if (path === '_version') return 'version';
  return `doc.${path}`;
}

type Value = string | number | boolean | null;

// MongoDB looks into arrays: `{ tags: 'a' }` matches ['a', 'b'], and paths lead through arrays. In a store they do not.
const NOT_ARRAY = { $not: { $type: 'array' } };

/** The fields that contain a nested one. */
function parentsOf(path: string): string[] {
  const names = path.split('.');
  return names.slice(1).map((_, i) => fieldOf(names.slice(0, i + 1).join('.')));
}

/** A condition on a field that is not an array and is reached through objects alone. */
function onPlainField(path: string, condition: object): MongoFilter {
  // MongoDB never accepts an array as an id.
  if (path === 'id') return { _id: condition };
  const parents = parentsOf(path).map((parent) => [parent, NOT_ARRAY]);
  return { [fieldOf(path)]: { ...condition, ...NOT_ARRAY }, ...Object.fromEntries(parents) };
}

function equals(path: string, value: Value): MongoFilter {
  if (value !== null) return onPlainField(path, { $eq: value });
  const insideArray = parentsOf(path).map((parent) => ({ [parent]: { $type: 'array' } }));
  const absent = onPlainField(path, { $eq: null });
  return insideArray.length === 0 ? absent : { $or: [absent, ...insideArray] };
}

function isIn(path: string, values: readonly Value[]): MongoFilter {
  const some = onPlainField(path, { $in: values.filter((value) => value !== null) });
  return values.includes(null) ? { $or: [some, equals(path, null)] } : some;
}

function exists(path: string): MongoFilter {
  const parents = parentsOf(path).map((parent) => [parent, NOT_ARRAY]);
  return { [fieldOf(path)]: { $exists: true }, ...Object.fromEntries(parents) };
}

function compileTest(test: Test): MongoFilter {
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
      return onPlainField(test.path, { [`$${test.operator}`]: test.value });
  }
}

/** Several filters as one. */
export function allOf(filters: readonly MongoFilter[]): MongoFilter {
  const given = filters.filter((filter) => Object.keys(filter).length > 0);
  return given.length > 1 ? { $and: given } : (given[0] ?? {});
}

/** Every value is the operand of an operator written here, so a caller's value is never read as an operator. */
export const compileTests = (tests: readonly Test[]): MongoFilter => allOf(tests.map(compileTest));

/** Matches documents after a position. Absent and null values sort before all others. */
export function compileAfter(order: Order, { value, id }: Position): MongoFilter {
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

export function compileOrder({ sort, descending }: Order): Sort {
  const direction = descending ? -1 : 1;
  return sort === 'id' ? { _id: direction } : { [fieldOf(sort)]: direction, _id: direction };
}
