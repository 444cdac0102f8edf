import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { BackedUp } from '../../platform/backup.ts';
import { hashBytes } from '../../platform/hash.ts';
import { collect } from './tools.ts';

/** Fills a store and blobs with what a backup must preserve: versions, unusual names, empty and large files. */
export async function fill({ store, blobs }: BackedUp): Promise<void> {
  const shots = store.collection<{ id: string; [field: string]: unknown }>('gold_shots', {
    unique: [['row']],
    indexes: [['player', 'distance']],
  });
  await shots.insertMany(
    Array.from({ length: 2_500 }, (_, i) => ({
      id: `shot/${i}`,
      row: i,
      player: `Jokić ${i % 7}`,
      distance: i % 3 === 0 ? null : i / 7,
      poses: [[0.1, -2.5e-9], [i]],
      note: 'line\n"quoted"\u2028 \u0000 😀',
    })),
  );
  const aliases = store.collection<{ id: string; version: number }>('tracking_aliases');
  for (const version of [1, 2, 3]) await aliases.put({ id: 'shots/champion', version });
  await store.collection('api_keys').insert({ id: '0011' });
  await blobs.put('');
  await blobs.put('a small one');
  await blobs.put(Readable.from(large()));
}

/** 20 MiB that do not compress away: more than two parts of an archive. */
function* large() {
  let block = Buffer.from(hashBytes('seed'), 'hex');
  for (let i = 0; i < 20; i++) {
    block = Buffer.from(hashBytes(block), 'hex');
    yield Buffer.alloc(2 ** 20, block);
  }
}

/** Everything that a store and blobs hold, for comparison. */
export async function everything({ store, blobs }: BackedUp) {
  const documents = await collect(store.dump());
  const files: Record<string, string> = {};
  for (const hash of await collect(blobs.list()))
    files[hash] = hashBytes(await buffer(await blobs.stream(hash)));
  return { documents, files };
}
