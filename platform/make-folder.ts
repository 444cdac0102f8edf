import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TouchlineError } from './errors.ts';

/**
 * Creates the data folder and its parents one by one: Node's `recursive` hangs on file systems that refuse folders, such
 * as /proc.
 * @throws INVALID_CONFIG naming the setting if it cannot be created
 */
export function makeDataFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  try {
    for (const folder of missing) {
      // Another process may have created it meanwhile.
      if (!existsSync(folder)) mkdirSync(folder);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TouchlineError(
      'INVALID_CONFIG',
      `data = ${path}: the folder cannot be created (${why}): set --data to another one.`,
      {
        cause: error,
      },
    );
  }
}
