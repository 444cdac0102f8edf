/** Every item of an answer that comes in pages. */
export async function* pages<T>(
  page: (token: string | undefined) => Promise<{ items: readonly T[]; next?: string }>,
): AsyncIterable<T> {
  let token: string | undefined;
  do {
    const { items, next } = await page(token);
    yield* items;
    token = next || undefined;
  } while (token !== undefined);
}

/** A text as MLflow's filters quote it: there is no escape, so what holds a quote cannot be asked for. */
export function quoted(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  throw new TypeError('a filter cannot hold both kinds of quotes');
}
