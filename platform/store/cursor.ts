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

/** Opaque text for callers: it names its order, so that it cannot continue another one unnoticed. */
export function encodeCursor(order: Order, position: Position): string {
  const parts = [order.sort, order.descending, position.value, position.id];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws INVALID_INPUT when the text is no cursor of ours or belongs to another order */
export function decodeCursor(order: Order, cursor: string): Position {
  const [sort, descending, value, id] = parse(cursor);
  const kind = value === null ? 'null' : typeof value;
  if (typeof id !== 'string' || !['null', 'string', 'number'].includes(kind))
    throw new TouchlineError('INVALID_INPUT', 'The cursor is damaged: start again without one.');
  if (sort !== order.sort || descending !== order.descending)
    throw new TouchlineError(
      'INVALID_INPUT',
      'The cursor belongs to another sort: keep the sort of the page before, or start again without a cursor.',
    );
  return { value: value as Position['value'], id };
}

function parse(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 4) return parts;
  } catch {
    // Falls through to the same answer as any other text that is no cursor.
  }
  throw new TouchlineError('INVALID_INPUT', 'The cursor is damaged: start again without one.');
}
