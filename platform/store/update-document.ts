import type { Collection, Document, Stored } from './store.ts';

/**
 * Changes a document by compare-and-swap, whatever other processes do to it in the meantime.
 * @param change receives the present document, or undefined if there is none. It may be called several times, and
 * returns undefined to leave the document unchanged.
 * @returns the document as written; undefined if it was left unchanged
 */
export async function updateDocument<D extends Document>(
  collection: Collection<D>,
  id: string,
  change: (document: Stored<D> | undefined) => D | undefined,
): Promise<Stored<D> | undefined> {
  for (;;) {
    const found = await collection.get(id);
    const next = change(found);
    if (next === undefined) return undefined;
    const written = await collection.compareAndSwap(next, found?._version ?? 0);
    if (written) return written;
  }
}
