import type { Readable } from 'node:stream';

/** One file or page as received, perhaps gzipped. */
export interface Part {
  /** Stable within the source: a path relative to its root, or the request of a page. */
  name: string;
  /** Opens the bytes; may be called more than once. @throws TouchlineError with what is wrong and what to do */
  open(): Promise<Readable>;
}

/** What is read in one go, completely or not at all: a file, a page, or files that belong together. */
export interface Unit {
  key: string;
  parts: readonly Part[];
}

/** A part as formats read it. Every call starts at its beginning. */
export interface SourceFile {
  name: string;
  /** Its bytes, gunzipped. */
  bytes(): AsyncIterable<Buffer>;
  /** Its text, gunzipped and checked to be UTF-8, without a byte order mark. */
  text(): AsyncIterable<string>;
}

/** The content of a unit as kept in bronze. */
export interface Content {
  key: string;
  /** The parts of the unit, in its order. */
  files: readonly SourceFile[];
}

/** A record or the reason why there is none; `line` counts from 1, and 0 is the unit as a whole. */
export type Parsed<R> =
  | { line: number; record: R; raw?: undefined }
  | {
      line: number;
      /** The same words for the same fault: rejects are counted by reason. */
      reject: string;
      /** What is particular to this one. */
      detail?: string;
      /** As received; shortened to an excerpt when stored. */
      raw: string;
    };

export interface Listing {
  /** Drawn one by one: the next is requested only when the previous one is done. */
  units: AsyncIterable<Unit> | Iterable<Unit>;
  /** How many there will be, if that is known. */
  total?: number;
  /** Files in a format that the source does not read. */
  ignored?: readonly string[];
}

export interface ListContext {
  /** Limit of the bytes of one part, once unpacked. */
  maxBytes: number;
  /** Records still wanted; Infinity without a limit. */
  remaining(): number;
  signal?: AbortSignal;
}

/**
 * Where records come from, such as files in the formats of `formats/catalog.ts` or a server. Each source is a file in
 * `sources/` of the same name, and the sources that a product reads are declared by the product.
 */
export interface Source<R> {
  /** Stored with every unit and every reject. */
  name: string;
  /** What `--from` may be, for people. */
  accepts: string;
  /** True if a unit cannot be requested a second time: it is then kept in bronze before anything else. */
  once?: boolean;
  /** Whether the location looks like this source, judged by names and first lines only. */
  recognises(from: string): Promise<boolean>;
  list(from: string, context: ListContext): Promise<Listing>;
  /** Records of one unit with their position. @throws INVALID_FORMAT if the unit cannot be read as a whole */
  records(content: Content): AsyncIterable<Parsed<R>>;
}
