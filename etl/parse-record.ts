import type { z } from 'zod';
import { canonicalJson } from '../platform/hash.ts';
import type { Parsed } from './source.ts';
import '../platform/zod-messages.ts';

/** A record, or the reason why the value is rejected. */
export type ParseResult<R> = { record: R } | { reject: string; detail?: string };

/** Makes a record of one raw value, such as a line of a table by column or an element of a JSON array. */
export type RecordParser<R> = (value: unknown) => ParseResult<R>;

/**
 * A parser that checks values by a schema. The reason of a reject is the path of the first invalid field and what is wrong
 * with it, without the value, so that equal faults are counted together.
 */
export function parserOf<T, R>(schema: z.ZodType<T>, toRecord: (value: T) => R): RecordParser<R> {
  return (value) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { record: toRecord(parsed.data) };
    const [first] = parsed.error.issues;
    // Indices of frames and points are particular to one record.
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

/** A parsed value with its position; the raw value is kept if it was rejected. */
export function parsedAt<R>(line: number, result: ParseResult<R>, value: unknown): Parsed<R> {
  if ('record' in result) return { line, record: result.record };
  const { reject, detail } = result;
  return { line, reject, ...(detail !== undefined && { detail }), raw: canonicalJson(value) };
}
