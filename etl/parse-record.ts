import type { z } from 'zod';
import { canonicalJson } from '../platform/hash.ts';
import type { Parsed } from './source.ts';
import '../platform/wording.ts';

/** What one raw value gives: a record, or why not. */
export type ParseResult<R> = { record: R } | { reject: string; detail?: string };

/** Turns one raw value (a CSV line by column, an element of a JSON array) into a record. */
export type RecordParser<R> = (value: unknown) => ParseResult<R>;

/**
 * A parser by a schema. The reason of a reject is the path of the first field that is wrong and what is wrong with it;
 * values stay out of it, so that the same fault is counted together.
 */
export function parserOf<T, R>(schema: z.ZodType<T>, toRecord: (value: T) => R): RecordParser<R> {
  return (value) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { record: toRecord(parsed.data) };
    const [first] = parsed.error.issues;
    // Indexes of frames and points are particular to one record.
    const path = first.path.filter((step) => typeof step !== 'number').join('.');
    const detail = parsed.error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ');
    return {
      reject: `${path || 'the record'}: ${first.message.replaceAll(/\d+(\.\d+)? (?=values|points)/g, '')}`,
      detail,
    };
  };
}

/** A parsed value at its place. */
export function placed<R>(line: number, result: ParseResult<R>, value: unknown): Parsed<R> {
  if ('record' in result) return { line, record: result.record };
  const { reject, detail } = result;
  return { line, reject, ...(detail !== undefined && { detail }), raw: canonicalJson(value) };
}
