import type { Readable } from 'node:stream';

/** One file or page as received, perhaps gzipped. */
export interface Part {
  /** Stable within the source: a path relative to its root, or the request of a page. */
  name: string;
  /** Opens the bytes; may be called again. @throws TouchlineError with what is wrong and what to do */
  open(): Promise<Readable>;
}

/** What is read in one go and is done as a whole or not at all: a file, a page, or files that belong together. */
export interface Unit {
  key: string;
  parts: readonly Part[];
}

/** The content of a unit as kept in bronze; every call reads it from its beginning. */
export interface Content {
  key: string;
  /** Names of the parts, in the order of the unit. */
  parts: readonly string[];
  /** A part's text, gunzipped, its UTF-8 checked. Default: the first part. */
  text(part?: string): AsyncGenerator<string>;
}

/** A record, or why there is none; `line` counts from 1 and 0 is the unit as a whole. */
export type Parsed<R> =
  | { line: number; record: R; raw?: undefined }
  | {
      line: number;
      /** The same words for the same fault, so that they can be counted. */
      reject: string;
      /** What is particular to this one. */
      detail?: string;
      /** As received; cut to an excerpt when kept. */
      raw: string;
    };

export interface Listing {
  /** Drawn one by one: the next is asked for only when the one before is done. */
  units: AsyncIterable<Unit> | Iterable<Unit>;
  /** How many there will be, where that is known. */
  total?: number;
  /** Files that are of no format the source reads. */
  ignored?: readonly string[];
}

export interface ListContext {
  /** Bytes that one part may have once unpacked. */
  maxBytes: number;
  /** Records still wanted; Infinity without a limit. */
  remaining(): number;
  signal?: AbortSignal;
}

/** One way in which records lie somewhere. */
export interface Source<R> {
  name: string;
  /** For people: what `--from` may be. */
  accepts: string;
  /** True where a unit that was read cannot be asked for again: it is then kept in bronze before anything else. */
  once?: boolean;
  /** Whether the location looks like this source; looks at names and first lines only. */
  recognises(from: string): Promise<boolean>;
  list(from: string, context: ListContext): Promise<Listing>;
  /** Records of one unit with their position. @throws INVALID_FORMAT where the unit cannot be read as a whole */
  records(content: Content): AsyncIterable<Parsed<R>>;
}
