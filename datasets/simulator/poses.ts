import type { Random } from '../../platform/random.ts';
import type { PoseSequence } from '../records/pose-sequence.ts';
import { drawCamera, film } from './camera.ts';
import { postureAt } from './motion.ts';
import { type Body, placeBody } from './skeleton.ts';
import type { SimulatedAction, Technique } from './technique.ts';

const FPS = 30;

/** One performance of an action: its technique, the body and the leg that plays the ball. */
export interface Performance {
  action: SimulatedAction;
  technique: Technique;
  body: Body;
  side: 'left' | 'right';
}

/** The pose sequence of a performance as seen by a camera: MediaPipe's 33 points, 30 frames per second, 1.1 to 2 s. */
export function simulatePoses({ action, technique, body, side }: Performance, random: Random): PoseSequence {
  const seconds = action === 'dribble' ? 1.6 + 0.4 * random.uniform() : 1.15 + 0.35 * random.uniform();
  const contact = Math.min(seconds - 0.45, 0.62 + 0.15 * random.uniform());
  const frames = Math.round(seconds * FPS);
  const swayPhase = 2 * Math.PI * random.uniform();
  const swayRate = 2.6 + 1.2 * random.uniform();
  const bodies = Array.from({ length: frames }, (_, f) => {
    const t = f / FPS;
    const posture = postureAt(action, t, contact, technique);
    const sway = technique.sway * Math.sin(swayPhase + 2 * Math.PI * swayRate * t);
    // Balance shows both forwards and sideways.
    posture.lean += 0.8 * technique.sway * Math.cos(1.3 * swayPhase + 2 * Math.PI * swayRate * t);
    return placeBody(body, posture, side, sway);
  });
  return {
    layout: 'mediapipe-33',
    dimensions: 3,
    fps: FPS,
    aspect: 1,
    frames: film(bodies, drawCamera(random), random),
  };
}
