import { z } from 'zod';
import { identifierSchema } from './identifier.ts';
import { MAX_FRAMES } from './pose-sequence.ts';

const MAX_SIGNALS = 200;

const movement = {
  /** Frames per second, if known. */
  fps: z.number().gt(0).max(1_000).optional(),
  names: z.array(identifierSchema).min(1).max(MAX_SIGNALS),
  /** Frames in order of time, each with one finite number per name. */
  frames: z.array(z.array(z.number())).min(2).max(MAX_FRAMES),
};

function checkWidth(
  { names, frames }: { names: string[]; frames: number[][] },
  context: z.RefinementCtx,
): void {
  if (new Set(names).size < names.length)
    context.addIssue({ code: 'custom', path: ['names'], message: 'names must differ' });
  const wrong = frames.findIndex((frame) => frame.length !== names.length);
  if (wrong >= 0) {
    context.addIssue({
      code: 'custom',
      path: ['frames', wrong],
      message: `has ${frames[wrong].length} values for ${names.length} names`,
    });
  }
}

/** Signals as they are posted to be scored. */
export const signalsSchema = z.strictObject(movement).superRefine(checkWidth);

/** A movement as named signals over frames, without pose points. */
export const namedSignalsSchema = z
  .strictObject({
    ...movement,
    id: identifierSchema,
    athlete: identifierSchema,
    /** What was done, such as `squat`. */
    movement: identifierSchema,
    /** Given score, on the scale of the source. */
    score: z.number().optional(),
    /** Slices, such as `{ correct: 'yes' }`. */
    tags: z.record(identifierSchema, identifierSchema).default({}),
  })
  .superRefine(checkWidth);

export type NamedSignals = z.output<typeof namedSignalsSchema>;
