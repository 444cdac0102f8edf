import { z } from 'zod';
import { LAYOUT_NAMES, LAYOUTS } from '../poses/layouts.ts';

/** Maximum number of frames of one sequence: 100 s at 30 frames per second. */
export const MAX_FRAMES = 3_000;
/** Maximum number of issues reported for one sequence, so that a hostile file cannot cause a million messages. */
const MAX_ISSUES = 20;

/** `[x, y]`, `[x, y, visibility]`, `[x, y, z]` or `[x, y, z, visibility]`; null if the point is not visible. */
export type Point = readonly number[] | null;
/** One entry per point of the layout. */
export type Frame = readonly Point[];

export const poseSequenceSchema = z
  .strictObject({
    layout: z.enum(LAYOUT_NAMES),
    /** 2: points are `[x, y, visibility?]`; 3: `[x, y, z, visibility?]`. */
    dimensions: z.union([z.literal(2), z.literal(3)]),
    /** Frames per second. */
    fps: z.number().gt(0).max(1_000),
    /** Width ÷ height of the image if x and y are shares of its width and height; 1 if they have the same unit. */
    aspect: z.number().gt(0.1).lt(10).default(1),
    frames: z // Checked by a plain loop below: a schema for every number would take longer than scoring.
      .array(z.unknown() as unknown as z.ZodType<Frame>)
      .min(1)
      .max(MAX_FRAMES)
      .meta({
        description:
          'Frames in order of time, each a list of points in the order of the layout: [x, y, visibility?] in two dimensions, [x, y, z, visibility?] in three, null where not seen. Visibility is 0 to 1.',
      }),
  })
  .superRefine((sequence, context) => {
    const points = LAYOUTS[sequence.layout].points.length;
    let issues = 0;
    for (let f = 0; f < sequence.frames.length; f++) {
      for (const { path, message } of frameIssues(sequence.frames[f], points, sequence.dimensions)) {
        if (issues++ >= MAX_ISSUES) return;
        context.addIssue({ code: 'custom', path: ['frames', f, ...path], message });
      }
    }
  });

/** A validated pose sequence. */
export type PoseSequence = z.output<typeof poseSequenceSchema>;

function* frameIssues(
  frame: unknown,
  points: number,
  dimensions: 2 | 3,
): Generator<{ path: number[]; message: string }> {
  if (!Array.isArray(frame)) {
    yield { path: [], message: 'must be a list of points' };
  } else if (frame.length !== points) {
    yield { path: [], message: `has ${frame.length} points, the layout has ${points}` };
  } else {
    for (let p = 0; p < points; p++) {
      const message = pointIssue(frame[p], dimensions);
      if (message) yield { path: [p], message };
    }
  }
}

function pointIssue(point: unknown, dimensions: 2 | 3): string | undefined {
  if (point === null) return undefined;
  if (!Array.isArray(point)) return 'must be a list of numbers, or null where not seen';
  if (point.length !== dimensions && point.length !== dimensions + 1)
    return `has ${point.length} numbers, ${dimensions} or ${dimensions + 1} are needed`;
  if (!point.every((value) => Number.isFinite(value))) return 'must hold finite numbers only';
  const visibility = point[dimensions];
  if (visibility !== undefined && (visibility < 0 || visibility > 1))
    return `visibility ${visibility} is outside of 0 to 1`;
  return undefined;
}
