import { type Joint, LAYOUTS, type LayoutName } from '../../datasets/poses/layouts.ts';
import type { Point, PoseSequence } from '../../datasets/records/pose-sequence.ts';

export type Place = [x: number, y: number, z: number];

/** A standing body in metres, y up, facing along x. */
export const STANDING: Partial<Record<Joint, Place>> = {
  head: [0.1, 1.65, 0],
  neck: [0, 1.45, 0],
  pelvis: [0, 0.95, 0],
  left_shoulder: [0, 1.45, -0.2],
  right_shoulder: [0, 1.45, 0.2],
  left_elbow: [0, 1.15, -0.25],
  right_elbow: [0, 1.15, 0.25],
  left_wrist: [0.1, 0.9, -0.25],
  right_wrist: [0.1, 0.9, 0.25],
  left_hip: [0, 0.95, -0.1],
  right_hip: [0, 0.95, 0.1],
  left_knee: [0.05, 0.5, -0.1],
  right_knee: [0.05, 0.5, 0.1],
  left_ankle: [0, 0.08, -0.1],
  right_ankle: [0, 0.08, 0.1],
  left_heel: [-0.05, 0.03, -0.1],
  right_heel: [-0.05, 0.03, 0.1],
  left_toe: [0.2, 0.02, -0.1],
  right_toe: [0.2, 0.02, 0.1],
};

/** A sequence of bodies in a layout; joints that a body lacks are null. */
export function sequenceOf(
  bodies: readonly Partial<Record<Joint, Place>>[],
  layout: LayoutName = 'mediapipe-33',
  options: { fps?: number; dimensions?: 2 | 3 } = {},
): PoseSequence {
  const { points, joints, up, dimensions: usual } = LAYOUTS[layout];
  const dimensions = options.dimensions ?? usual;
  return {
    layout,
    dimensions,
    fps: options.fps ?? 30,
    aspect: 1,
    frames: bodies.map((body) => {
      const frame: Point[] = points.map(() => null);
      for (const [joint, index] of Object.entries(joints)) {
        const place = body[joint as Joint];
        if (place) frame[index] = [place[0], up * place[1], place[2]].slice(0, dimensions);
      }
      return frame;
    }),
  };
}
