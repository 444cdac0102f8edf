import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes made-up records as a file that etl reads. */
export function writeJsonLines(folder: string, name: string, records: readonly unknown[]): Promise<void> {
  return writeFile(join(folder, name), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
