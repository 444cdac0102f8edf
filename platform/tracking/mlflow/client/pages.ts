import { z } from 'zod';
import type { Connection, MlflowRequest } from './connection.ts';

/** A request for a list: a GET with a query, or a search with a body. */
type Listing = { path: string } & ({ query: NonNullable<MlflowRequest['query']> } | { json: object });

/**
 * Every item of a paged list.
 * @param name of the field that holds the items in an answer.
 */
export async function* pages<T>(
  call: Connection['call'],
  listing: Listing,
  name: string,
  item: z.ZodType<T>,
): AsyncIterable<T> {
  const answer = z
    .object({ [name]: z.array(item).default([]), next_page_token: z.string().optional() })
    .transform(({ next_page_token, ...rest }) => ({ items: rest[name] as T[], next: next_page_token }));
  const { path } = listing;
  let page_token: string | undefined;
  do {
    const request: MlflowRequest =
      'query' in listing
        ? { method: 'GET', path, query: { ...listing.query, page_token } }
        : { method: 'POST', path, json: { ...listing.json, page_token }, idempotent: true };
    const { items, next } = await call(request, answer);
    yield* items;
    page_token = typeof next === 'string' && next !== '' ? next : undefined;
  } while (page_token !== undefined);
}

/** A text quoted for MLflow's filters, which have no escapes. @throws TypeError if it contains both kinds of quotes */
export function quoted(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  throw new TypeError('an MLflow filter cannot contain both kinds of quotes');
}
