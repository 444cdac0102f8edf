import type { PoseSequence } from '../../datasets/records/pose-sequence.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { SourceFile } from '../source.ts';

/** What every format states. */
interface Described {
  /** Also the name of the file that declares it. */
  name: string;
  /** Endings of file names without the first dot, in lower case. `.gz` may follow each of them in a file's name. */
  extensions: readonly string[];
}

/** One line of a table as text. */
export interface TableLine {
  /** Position in the file, counted from 1; named in rejects. */
  line: number;
  fields: string[];
}

/** A table whose first line is a header, such as CSV. `readTable` turns its lines into values by column. */
export interface TableFormat extends Described {
  holds: 'table';
  /** What separates the columns, in the plural; named when a header lacks a column. */
  separatedBy: string;
  /**
   * Every line including the header; blank lines are left out.
   * @throws INVALID_FORMAT if the file cannot be read any further
   */
  read(file: SourceFile): AsyncIterable<TableLine>;
}

/** A value at its position (line or item, from 1), or the reason why it cannot be read. */
export type FormatValue<V = unknown> =
  | { line: number; value: V; reject?: undefined }
  | {
      line: number;
      value?: undefined;
      /** The same words for the same fault: rejects are counted by reason. */
      reject: string;
      /** What is particular to this one. */
      detail: string;
      /** As received. */
      raw: string;
    };

/** Values that carry their own structure, such as JSON. */
export interface ValueFormat extends Described {
  holds: 'values';
  /** @throws INVALID_FORMAT if the file cannot be read any further; a value that can be skipped is a reject instead */
  read(file: SourceFile): AsyncIterable<FormatValue>;
}

/** The poses of one athlete in one recording, such as COCO keypoints. */
export interface PoseFormat extends Described {
  holds: 'poses';
  /**
   * @param fps frames per second, since such files do not state it
   * @throws INVALID_FORMAT if the file cannot be read
   */
  read(file: SourceFile, fps: number): Promise<PoseSequence>;
}

/** How files of one kind are read. Sources choose by what a format holds, so each reads every format of its kind. */
export type Format = TableFormat | ValueFormat | PoseFormat;

export type Held = Format['holds'];

/** The error for a file that cannot be read: `message` continues a sentence that starts with the file's name. */
export function invalidFormat(file: string, message: string, cause?: unknown): TouchlineError {
  return new TouchlineError('INVALID_FORMAT', `${file} ${message}`, { cause, details: { file } });
}
