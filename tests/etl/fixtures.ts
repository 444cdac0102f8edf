import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { simulateShots } from '../../datasets/simulator/shots.ts';
import { memoryPart, sourceFile } from '../../etl/files/parts.ts';
import type { Content, Parsed, Source } from '../../etl/source.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Document, Store } from '../../platform/store/store.ts';

/** A temporary folder for one test, with an empty store and empty blobs. */
export function openWorkspace() {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-etl-'));
  const store = openSqliteStore({ path: join(folder, 'state', 'store.db') });
  const blobs = openFolderBlobs({ path: join(folder, 'state', 'blobs') });
  return {
    folder,
    store,
    blobs,
    path: (...names: string[]) => join(folder, ...names),
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type Workspace = ReturnType<typeof openWorkspace>;

export type Row = Record<string, string>;

export const shotRows = (games = 2, shotsPerGame = 20): Row[] =>
  simulateShots({ games, shotsPerGame, seed: 3 }).rows.map((row) => ({ ...row }));

export function toCsv(rows: readonly Row[]): string {
  const header = Object.keys(rows[0]);
  const cell = (value: string) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return `${[header, ...rows.map((row) => header.map((name) => cell(row[name])))].map((line) => line.join(',')).join('\n')}\n`;
}

/** All documents of a collection without their versions. */
export async function contents<T extends Document>(store: Store, name: string): Promise<T[]> {
  const all: T[] = [];
  for await (const { _version, ...document } of store.collection<T>(name).all())
    all.push(document as unknown as T);
  return all;
}

/** The records and rejects that a source reads from a text. */
export async function parsed<R>(source: Source<R>, key: string, text: string): Promise<Parsed<R>[]> {
  const content: Content = { key, files: [sourceFile(memoryPart(key, Buffer.from(text)))] };
  return collect(source.records(content));
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Bytes in chunks of these sizes, repeated. */
export function inChunks(bytes: Buffer, sizes: readonly number[]): Readable {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length];
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return Readable.from(chunks, { objectMode: false });
}

export const chunkSizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
