import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TouchlineError } from '../../platform/errors.ts';

/** A file at a location; its name is relative to the location. */
export interface FoundFile {
  name: string;
  path: string;
}

/**
 * The files at a location: the file itself, or all files below the folder, sorted by name. Links and names that start
 * with a dot are skipped.
 * @throws NOT_FOUND if there is nothing at `from`
 */
export async function findFiles(from: string): Promise<FoundFile[]> {
  const found = await stat(from).catch((cause) => {
    throw new TouchlineError('NOT_FOUND', `There is no file or folder at ${from}.`, { cause });
  });
  if (found.isFile()) return [{ name: basename(from), path: from }];
  const files: FoundFile[] = [];
  const walk = async (folder: string, prefix: string): Promise<void> => {
    const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path, `${prefix}${entry.name}/`);
      else if (entry.isFile()) files.push({ name: prefix + entry.name, path });
    }
  };
  await walk(from, '');
  return files;
}

/**
 * True for `http://…` and `https://…`.
 * @example
 * isUrl('HTTPS://example.org/shots'); // => true
 * isUrl('./shots.csv'); // => false
 */
export const isUrl = (from: string): boolean => /^https?:\/\//i.test(from);
