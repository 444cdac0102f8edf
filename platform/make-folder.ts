import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TouchlineError } from './errors.ts';

/**
 * Makes the data folder and those above it, one by one: Node's own `recursive` does not come back on file systems that
 * refuse folders, such as /proc.
 * @throws INVALID_CONFIG naming the setting where it cannot be made
 */
export function makeDataFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  try {
    for (const folder of missing) {
      // Another process may have been faster.
      if (!existsSync(folder)) mkdirSync(folder);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TouchlineError(
      'INVALID_CONFIG',
      `data = ${path}: the folder cannot be made (${why}): set --data to one that can.`,
      {
        cause: error,
      },
    );
  }
}
