import { catalogOf } from '../../platform/catalog.ts';
import { coco } from './coco.ts';
import { csv } from './csv.ts';
import type { Format, Held } from './format.ts';
import { json } from './json.ts';
import { jsonl } from './jsonl.ts';

/** Every format that files are read in. */
export const FORMATS = catalogOf<Format>('format', [coco, csv, json, jsonl], 'INVALID_FORMAT');

type FormatOf<H extends Held> = Extract<Format, { holds: H }>;

function formatsOf<H extends Held>(holds: readonly H[]): FormatOf<H>[] {
  return FORMATS.entries.filter((format) =>
    (holds as readonly Held[]).includes(format.holds),
  ) as FormatOf<H>[];
}

/**
 * The format of a file by its extension, among those that hold one of `holds`. The longest extension wins.
 * @example
 * formatOf('scores.csv.gz', ['table']).name; // => 'csv'
 * formatOf('run.coco.json', ['values', 'poses']).name; // => 'coco'
 * formatOf('run.mp4', ['values', 'poses']); // => undefined
 */
export function formatOf<H extends Held>(file: string, holds: readonly H[]): FormatOf<H> | undefined {
  const lengthIn = (format: Format) => file.length - stemOf(file, format).length;
  return formatsOf(holds)
    .filter((format) => lengthIn(format) > 0)
    .sort((a, b) => lengthIn(b) - lengthIn(a))[0];
}

/**
 * A file's name without the extension of its format; the whole name if it has none of its extensions.
 * @example
 * stemOf('day-1/run.coco.json.gz', FORMATS.named('coco')); // => 'day-1/run'
 */
export function stemOf(file: string, format: Format): string {
  const plain = file.toLowerCase().replace(/\.gz$/, '');
  const extension = format.extensions.find((one) => plain.endsWith(`.${one}`));
  return extension === undefined ? file : file.slice(0, plain.length - extension.length - 1);
}

/**
 * Extensions of all formats that hold one of `holds`, for people.
 * @example
 * extensionsOf(['values']).includes('ndjson'); // => true
 * extensionsOf(['values']).includes('csv'); // => false
 */
export function extensionsOf(holds: readonly Held[]): string[] {
  return formatsOf(holds).flatMap((format) => format.extensions);
}
