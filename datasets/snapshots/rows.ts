import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Blobs } from '../../platform/blobs/blobs.ts';
import { canonicalJson } from '../../platform/hash.ts';
import type { GoldRow, Part, Snapshot } from './snapshot.ts';

/** Rows processed before yielding to the event loop, which takes about 10 ms. */
export const ROWS_PER_CHUNK = 1_000;

/**
 * One line of the blob. The part comes first, so that readers skip the rows of other parts without parsing them.
 */
export function rowLine(row: GoldRow, part: Part): string {
  const { id, group, order, target, values, inputs, slices, ratings } = row;
  return `{"part":"${part}",${canonicalJson({ id, group, order, target, values, inputs, slices, ratings }).slice(1)}\n`;
}

/** Gzips chunks of text in the thread pool, with a header that depends neither on the machine nor on the time. */
export async function gzipLines(chunks: Iterable<string> | AsyncIterable<string>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of Readable.from(chunks).pipe(createGzip({ level: 6 }))) parts.push(part);
  const bytes = Buffer.concat(parts);
  // RFC 1952, 2.3: bytes 4–7 are the modification time, byte 9 the operating system (255: unknown).
  bytes.fill(0, 4, 8);
  bytes[9] = 255;
  return bytes;
}

/**
 * The rows of the requested parts in the order of their ids, without holding the whole blob in memory. Callers outside of
 * this folder use `readTraining` or `readTest`.
 * @throws NOT_FOUND if the blob is missing
 */
export async function* readParts<P extends Part>(
  snapshot: Snapshot,
  parts: readonly P[],
  blobs: Blobs,
): AsyncGenerator<GoldRow & { part: P }> {
  const prefixes = parts.map((part) => `{"part":"${part}",`);
  const source = await blobs.stream(snapshot.blob);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  let lines = 0;
  for await (const line of createInterface({
    input: source.pipe(gunzip),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (++lines % ROWS_PER_CHUNK === 0) await setImmediate();
    if (prefixes.some((prefix) => line.startsWith(prefix))) yield JSON.parse(line) as GoldRow & { part: P };
  }
}
