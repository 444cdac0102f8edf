import { z } from 'zod';
import { identifierSchema, momentSchema } from './identifier.ts';

/** A recording: its metadata; its bytes are in the blobs. */
export const clipSchema = z.strictObject({
  id: identifierSchema,
  /** Frames per second. */
  fps: z.number().gt(0).max(1_000),
  frames: z.number().int().min(1).max(10_000_000),
  width: z.number().int().min(1).max(32_768).optional(),
  height: z.number().int().min(1).max(32_768).optional(),
  /** Where it was filmed from, such as `left` or `broadcast`. */
  camera: identifierSchema.optional(),
  athlete: identifierSchema.optional(),
  recordedAt: momentSchema.optional(),
  /** SHA-256 of the file. */
  blob: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex')
    .optional(),
});

export type Clip = z.output<typeof clipSchema>;
