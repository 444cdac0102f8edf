import { TouchlineError } from '../errors.ts';

/** Where a page ended: the value that it was sorted by, and the id. */
export interface Position {
  value: string | number | null;
  id: string;
}

/** The order that a cursor belongs to. */
export interface Order {
  sort: string;
  descending: boolean;
}

/** A position as opaque text for callers. It names its order, so that it cannot continue a different one unnoticed. */
export function encodeCursor(order: Order, position: Position): string {
  const parts = [order.sort, order.descending, position.value, position.id];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * @throws INVALID_INPUT where the text is not a cursor or belongs to another order
 * @example
 * const order = { sort: 'distance', descending: false };
 * decodeCursor(order, encodeCursor(order, { value: 2.5, id: 'a' })); // => { value: 2.5, id: 'a' }
 */
export function decodeCursor(order: Order, cursor: string): Position {
  const [sort, descending, value, id] = parse(cursor);
  const kind = value === null ? 'null' : typeof value;
  if (typeof id !== 'string' || !['null', 'string', 'number'].includes(kind)) throw invalid();
  if (sort !== order.sort || descending !== order.descending)
    throw new TouchlineError(
      'INVALID_INPUT',
      'The cursor belongs to a different sort order: use the order of the previous page, or start again without a cursor.',
    );
  return { value: value as Position['value'], id };
}

const invalid = () =>
  new TouchlineError('INVALID_INPUT', 'The cursor is invalid: start again without a cursor.');

function parse(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 4) return parts;
  } catch {
    // Not JSON: as invalid as any other text.
  }
  throw invalid();
}
