import { z } from 'zod';
import { identifierSchema } from './identifier.ts';
import { poseSequenceSchema } from './pose-sequence.ts';

/** A kind of action that a product scores; which ones there are is declared by the product. */
export interface ActionType {
  name: string;
  /** For people. */
  label: string;
  /** True where one leg plays the ball. */
  strike?: boolean;
}

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

/** One technical action of one athlete, of one of these types: what is scored. */
export function actionSchema(types: readonly ActionType[]) {
  return z.strictObject({
    id: identifierSchema,
    type: z.enum(types.map(({ name }) => name)),
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
}

export type Action = z.output<ReturnType<typeof actionSchema>>;

/** What is posted to be scored: an action without the names that only training needs. */
export const postedActionSchema = (types: readonly ActionType[]) =>
  actionSchema(types).pick({ type: true, side: true, context: true, poses: true });
