import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { configSchema } from '../../platform/config.ts';
import { createLog } from '../../platform/log.ts';
import { openPlatform, type Platform } from '../../platform/open.ts';
import { type Ended, start } from '../cli/touchline.ts';

/** A text that changes with every write to the embedded store. */
function writes(data: string): string {
  return ['touchline.db', 'touchline.db-wal']
    .map((name) => {
      const found = statSync(join(data, name), { throwIfNoEntry: false });
      return found ? `${found.mtimeMs} ${found.size}` : '';
    })
    .join();
}

export interface Timed extends Ended {
  /** Seconds from the first write to the end of the command. */
  working: number;
}

/** Runs a command, and if `at` is given kills it that many seconds after its first write. */
export async function runTimed(args: readonly string[], data: string, at?: number): Promise<Timed> {
  const before = writes(data);
  const { child, ended } = await start([...args, '--json', '--data', data]);
  let over = false;
  ended.then(() => {
    over = true;
  });
  while (!over && writes(data) === before) await sleep(1);
  const began = performance.now();
  if (at !== undefined) {
    await Promise.race([sleep(1_000 * at), ended]);
    child.kill('SIGKILL');
  }
  const result = await ended;
  return { ...result, working: (performance.now() - began) / 1_000 };
}

/** Opens the embedded state of a data folder that no other process uses. */
export async function inspect<T>(data: string, look: (platform: Platform) => Promise<T>): Promise<T> {
  if (!existsSync(data)) throw new Error(`There is no folder ${data}.`);
  const platform = openPlatform(configSchema.parse({ data }), createLog({ level: 'silent' }));
  try {
    return await look(platform);
  } finally {
    await platform.close();
  }
}

/** Works through a list, a few at a time: most of a recovery is waiting for a lease to run out. */
export async function atATime<T>(few: number, items: readonly T[], work: (item: T) => Promise<void>) {
  const left = [...items];
  const one = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: few }, one));
}
