import { createReadStream, type Dirent } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TouchlineError } from '../../platform/errors.ts';
import { csvFields } from '../formats/csv.ts';
import { readText } from '../formats/text.ts';
import type { Part } from '../source.ts';

/** A file of a location, its name relative to it. */
export interface FoundFile {
  name: string;
  path: string;
}

/**
 * Files at a location: the file itself, or all files below the folder, sorted by name. Links and names that begin with a
 * dot are left alone.
 * @throws NOT_FOUND where there is nothing at `from`
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

/** A file as part of a unit. Its size is looked at before it is read. */
export function filePart(file: FoundFile, maxBytes: number): Part {
  return {
    name: file.name,
    async open() {
      try {
        const { size } = await stat(file.path);
        if (size > maxBytes) {
          throw new TouchlineError(
            'FILE_TOO_LARGE',
            `${file.name} has ${size} bytes, the limit is ${maxBytes}: split it, or raise the limit.`,
            { details: { file: file.name, bytes: size, limit: maxBytes } },
          );
        }
        const handle = await open(file.path, 'r');
        return createReadStream(file.path, { fd: handle });
      } catch (cause) {
        if (cause instanceof TouchlineError) throw cause;
        throw new TouchlineError('NOT_FOUND', `${file.name} cannot be opened: ${(cause as Error).message}`, {
          cause,
        });
      }
    },
  };
}

/** Whether the name ends so, gzipped or not: `hasFormat('a.csv.gz', ['csv'])`. */
export function hasFormat(name: string, formats: readonly string[]): boolean {
  const plain = name.toLowerCase().replace(/\.gz$/, '');
  return formats.some((format) => plain.endsWith(`.${format}`));
}

/** Columns that the first line of a CSV file names; none where it cannot be read. */
export async function columnsOf(file: FoundFile): Promise<string[]> {
  try {
    const part = filePart(file, Number.POSITIVE_INFINITY);
    const text = readText(await part.open(), file.name, Number.POSITIVE_INFINITY);
    for await (const { fields } of csvFields(text, file.name)) return fields.map((field) => field.trim());
  } catch (error) {
    if (!(error instanceof TouchlineError)) throw error;
  }
  return [];
}

/** True for `http://…` and `https://…`. */
export const isUrl = (from: string): boolean => /^https?:\/\//i.test(from);
