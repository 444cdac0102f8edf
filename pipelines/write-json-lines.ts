import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes simulated records as a JSON lines file that ETL reads. */
export function writeJsonLines(folder: string, name: string, records: readonly unknown[]): Promise<void> {
  return writeFile(join(folder, name), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
