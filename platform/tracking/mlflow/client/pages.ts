import { z } from 'zod';
import type { Ask, Connection } from './connection.ts';

/** What is listed: a GET asks by its query, a search by its body. */
type Listing = { path: string } & ({ query: NonNullable<Ask['query']> } | { json: object });

/**
 * Every item of a list that the server answers in pages.
 * @param name under which an answer holds its items.
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
    const ask: Ask =
      'query' in listing
        ? { method: 'GET', path, query: { ...listing.query, page_token } }
        : { method: 'POST', path, json: { ...listing.json, page_token }, idempotent: true };
    const { items, next } = await call(ask, answer);
    yield* items;
    page_token = typeof next === 'string' && next !== '' ? next : undefined;
  } while (page_token !== undefined);
}

/** A text as MLflow's filters quote it: there is no escape, so what holds a quote cannot be asked for. */
export function quoted(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  throw new TypeError('a filter cannot hold both kinds of quotes');
}
