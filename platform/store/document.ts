import { TouchlineError } from '../errors.ts';
import type { Document, Stored } from './store.ts';

/** A document with its id and without its version. */
export type Content = Readonly<Record<string, unknown>>;

/** A document as a driver keeps it. */
export interface Row {
  id: string;
  version: number;
  content: Content;
}

/** @throws INVALID_INPUT unless the id is a string of 1 to 512 characters of well-formed text */
export function checkId(id: unknown): string {
  if (typeof id === 'string' && id.length > 0 && id.length <= 512 && !/\p{Surrogate}/u.test(id)) return id;
  throw new TouchlineError('INVALID_INPUT', 'A document needs an id: a string of 1 to 512 characters.');
}

/** A document as a driver keeps it: the version apart from the content. @throws INVALID_INPUT where its id is not valid */
export function toRow(document: Document, version: number): Row {
  const id = checkId(document.id);
  if (!('_version' in document)) return { id, version, content: document as unknown as Content };
  const { _version: _, ...content } = document;
  return { id, version, content };
}

/** The opposite of `toRow`. */
export const fromRow = <T extends Document>({ content, version }: Row): Stored<T> => ({
  ...(content as unknown as T),
  _version: version,
});

/** Whether a value survives JSON unchanged; an object with an `undefined` in it does not, since JSON drops it. */
function isJson(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object': {
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isJson);
      const prototype = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) return false;
      for (const name in value) if (!isJson((value as Record<string, unknown>)[name])) return false;
      return true;
    }
    default:
      return false;
  }
}

/**
 * Content as JSON would keep it, for drivers that keep values rather than text: dates become strings, NaN becomes null.
 * Otherwise the same code would read different values from different stores. Copies only where something changes.
 * @example
 * toJson({ at: new Date(0), speed: Number.NaN, note: undefined }); // => { at: '1970-01-01T00:00:00.000Z', speed: null }
 */
export const toJson = (content: Content): Content =>
  isJson(content) ? content : JSON.parse(JSON.stringify(content));

/**
 * The value at a dotted path; undefined where the path leads through a list or to nothing.
 * @example
 * valueAt({ place: { zone: 'left' } }, 'place.zone'); // => 'left'
 * valueAt({ places: [{ zone: 'left' }] }, 'places.zone'); // => undefined
 */
export function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return value;
}
