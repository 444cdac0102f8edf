import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulateShots } from '../../datasets/simulator/shots.ts';
import type { Content, Parsed, Source } from '../../etl/source.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Document, Store } from '../../platform/store/store.ts';

/** A folder of its own for one test, with an empty store and blobs. */
export function openWorkplace() {
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
export type Workplace = ReturnType<typeof openWorkplace>;

export type Row = Record<string, string>;

export const shotRows = (games = 2, shotsPerGame = 20): Row[] =>
  simulateShots({ games, shotsPerGame, seed: 3 }).rows.map((row) => ({ ...row }));

export function toCsv(rows: readonly Row[]): string {
  const header = Object.keys(rows[0]);
  const cell = (value: string) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return `${[header, ...rows.map((row) => header.map((name) => cell(row[name])))].map((line) => line.join(',')).join('\n')}\n`;
}

/** All documents of a collection, without their versions. */
export async function contents<T extends Document>(store: Store, name: string): Promise<T[]> {
  const all: T[] = [];
  for await (const { _version, ...document } of store.collection<T>(name).all())
    all.push(document as unknown as T);
  return all;
}

/** What a source makes of a text. */
export async function parsed<R>(source: Source<R>, key: string, text: string): Promise<Parsed<R>[]> {
  const content: Content = {
    key,
    parts: [key],
    async *text() {
      yield text;
    },
  };
  const all: Parsed<R>[] = [];
  for await (const one of source.records(content)) all.push(one);
  return all;
}
