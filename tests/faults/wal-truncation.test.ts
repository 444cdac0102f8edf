import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { collect, temporaryFolder } from '../conformance/tools.ts';

interface Entry {
  id: string;
  n: number;
  text: string;
}

const entry = (n: number): Entry => ({
  id: String(n).padStart(4, '0'),
  n,
  text: 'x'.repeat((n * 97) % 1_500),
});

async function opened(path: string): Promise<number[]> {
  const store = openSqliteStore({ path });
  const entries = await collect(
    store.collection<Entry>('entries', { unique: [['n']], indexes: [['text']] }).all(),
  );
  for (const { _version, ...stored } of entries) expect(stored).toEqual(entry(stored.n));
  await store.close();
  return entries.map(({ n }) => n);
}

it('opens a store whose log was truncated or corrupted anywhere, with every write before that', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'touchline.db');
  const store = openSqliteStore({ path });
  const entries = store.collection<Entry>('entries', { unique: [['n']], indexes: [['text']] });
  /** Size of the log after the n-th acknowledged write. */
  const sizes: number[] = [];
  for (let n = 0; n < 40; n++) {
    await entries.insert(entry(n));
    sizes.push(statSync(`${path}-wal`).size);
  }
  copyFileSync(path, join(folder, 'db'));
  copyFileSync(`${path}-wal`, join(folder, 'wal'));
  await store.close();
  const whole = readFileSync(join(folder, 'wal'));

  let copies = 0;
  const place = (log: Uint8Array) => {
    // A new name each time: the driver releases a closed file only when its statements are garbage collected.
    const copy = join(folder, `copy-${copies++}.db`);
    copyFileSync(join(folder, 'db'), copy);
    writeFileSync(`${copy}-wal`, log);
    return copy;
  };
  const last = sizes.at(-1)!;
  // Around the end of every write, where bugs are likely, and everywhere in steps that match no boundary.
  const cuts = new Set([0, 1, 31, 32, 33]);
  for (const size of sizes)
    for (const shift of [-25, -24, -1, 0, 1, 24]) cuts.add(Math.min(last, size + shift));
  for (let size = 0; size < last; size += 4_001) cuts.add(size);
  for (const size of cuts) {
    const copy = place(whole.subarray(0, size));
    const acknowledged = sizes.filter((end) => end <= size).length;
    expect(await opened(copy), `cut at ${size}`).toEqual(Array.from({ length: acknowledged }, (_, n) => n));
  }
  for (let size = sizes[10] + 1; size < last; size += 9_973) {
    const garbled = Buffer.from(whole);
    garbled.fill(0xa5, size, size + 512);
    const found = await opened(place(garbled));
    expect(found).toEqual(found.map((_, n) => n));
    expect(found.length, `garbled at ${size}`).toBe(sizes.filter((end) => end <= size).length);
  }
});
