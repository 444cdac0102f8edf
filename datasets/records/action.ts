import { z } from 'zod';
import { identifierSchema } from './identifier.ts';
import { poseSequenceSchema } from './pose-sequence.ts';

/** In the order of their codes: append only. */
export const ACTION_TYPES = ['shot', 'pass', 'dribble', 'control', 'squat', 'jump'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

/** For people. */
export const ACTION_LABELS: Readonly<Record<ActionType, string>> = {
  shot: 'Shot',
  pass: 'Pass',
  dribble: 'Dribble',
  control: 'Ball control',
  squat: 'Squat',
  jump: 'Jump',
};

/** Circumstances of an action, as far as they are known. */
export const actionContextSchema = z.strictObject({
  /** 0: none, 1: an opponent in contact. */
  pressure_level: z.number().min(0).max(1).optional(),
  /** 0: fresh, 1: exhausted. */
  fatigue_level: z.number().min(0).max(1).optional(),
  /** Minute of the match or session. */
  match_minute: z.number().min(0).max(150).optional(),
});

export type ActionContext = z.output<typeof actionContextSchema>;

/** One technical action of one athlete: what is scored. */
export const actionSchema = z.strictObject({
  id: identifierSchema,
  type: z.enum(ACTION_TYPES),
  athlete: identifierSchema,
  clip: identifierSchema.optional(),
  camera: identifierSchema.optional(),
  /** Frames of the clip, the last one included. */
  startFrame: z.number().int().min(0).optional(),
  endFrame: z.number().int().min(0).optional(),
  /** Leg that plays the ball; found from the movement where absent. */
  side: z.enum(['left', 'right']).optional(),
  context: actionContextSchema.optional(),
  poses: poseSequenceSchema,
});

export type Action = z.output<typeof actionSchema>;
