import { Readable } from 'node:stream';
import type { Part } from '../source.ts';

/** Bytes at hand as a part of a unit. */
export function memoryPart(name: string, bytes: Uint8Array): Part {
  return { name, open: async () => Readable.from([Buffer.from(bytes)], { objectMode: false }) };
}
