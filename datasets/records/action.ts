import { z } from 'zod';
import { identifierSchema } from './identifier.ts';
import { poseSequenceSchema } from './pose-sequence.ts';

/** A kind of action, declared by the product that scores it. */
export interface ActionType {
  name: string;
  /** Name for people. */
  label: string;
  /** True if one leg plays the ball. */
  strike?: boolean;
}

/** The known circumstances of an action. */
const actionContextSchema = z.strictObject({
  /** 0: none, 1: contact with an opponent. */
  pressure_level: z.number().min(0).max(1).optional(),
  /** 0: fresh, 1: exhausted. */
  fatigue_level: z.number().min(0).max(1).optional(),
  /** Minute of the match or session. */
  match_minute: z.number().min(0).max(150).optional(),
});

/** A technical action of an athlete, of one of these types. It is what experts and models score. */
export function actionSchema(types: readonly ActionType[]) {
  return z.strictObject({
    id: identifierSchema,
    type: z.enum(types.map(({ name }) => name)),
    athlete: identifierSchema,
    clip: identifierSchema.optional(),
    camera: identifierSchema.optional(),
    /** First and last frame of the clip, both included. */
    startFrame: z.number().int().min(0).optional(),
    endFrame: z.number().int().min(0).optional(),
    /** Leg that plays the ball; derived from the movement if absent. */
    side: z.enum(['left', 'right']).optional(),
    context: actionContextSchema.optional(),
    poses: poseSequenceSchema,
  });
}

export type Action = z.output<ReturnType<typeof actionSchema>>;

/** The action that is posted to be scored, without the names that only training needs. */
export const postedActionSchema = (types: readonly ActionType[]) =>
  actionSchema(types).pick({ type: true, side: true, context: true, poses: true });
