import { z } from 'zod';

/** Ids and names from external data: short and printable, without paths or markup. */
export const identifierSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._:@#+-]*$/u, 'use letters, digits, space and . _ : @ # + -');

/** A moment in UTC, such as `2025-03-01T12:00:00Z`. */
export const momentSchema = z.iso.datetime();
