import type { Document } from '../store.ts';

/** Whether a value comes back from JSON as it went in; `undefined` in an object does not, since JSON drops it. */
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
 * A document as every store keeps it, without its version: dates are texts, NaN is null. BSON would keep them as they
 * are, and the same code would read other values from MongoDB than from SQLite. Mostly nothing is copied.
 */
export function contentOf(document: Document): Record<string, unknown> {
  if (!('_version' in document) && isJson(document)) return document as unknown as Record<string, unknown>;
  const { _version: _, ...content } = document as Document & { _version?: unknown };
  return isJson(content) ? content : JSON.parse(JSON.stringify(content));
}
