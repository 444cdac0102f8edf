import type { Random } from '../../platform/random.ts';
import { LAYOUTS } from '../poses/layouts.ts';
import type { Posture } from './motion.ts';

/** Position in metres: x forward, y up, z to the athlete's right. */
export type Vector = [x: number, y: number, z: number];

/** Lengths of the parts of a body in metres. */
export interface Body {
  thigh: number;
  shin: number;
  foot: number;
  trunk: number;
  hips: number;
  shoulders: number;
  upperArm: number;
  forearm: number;
  head: number;
}

/** Shares of the body's height (Winter, Biomechanics and Motor Control of Human Movement, fig. 4.1). */
const SHARES: Body = {
  thigh: 0.245,
  shin: 0.246,
  foot: 0.152,
  trunk: 0.288,
  hips: 0.12,
  shoulders: 0.23,
  upperArm: 0.186,
  forearm: 0.146,
  head: 0.1,
};

export function drawBody(random: Random): Body {
  const height = 1.76 + 0.08 * random.normal();
  const body = { ...SHARES };
  for (const part of Object.keys(body) as (keyof Body)[]) body[part] *= height * (1 + 0.03 * random.normal());
  return body;
}

const RADIANS = Math.PI / 180;

/** Rotates about the vertical; positive degrees turn forward to the right. */
function rotate([x, y, z]: Vector, degrees: number): Vector {
  const c = Math.cos(degrees * RADIANS);
  const s = Math.sin(degrees * RADIANS);
  return [x * c - z * s, y, x * s + z * c];
}

const plus = (a: Vector, b: Vector, times = 1): Vector => [
  a[0] + times * b[0],
  a[1] + times * b[1],
  a[2] + times * b[2],
];

/** Direction in the plane of the leg, `degrees` forward of straight down. */
const down = (degrees: number): Vector => [Math.sin(degrees * RADIANS), -Math.cos(degrees * RADIANS), 0];

/**
 * The 33 MediaPipe points of a posture, with the lower foot on the ground.
 * @param side leg that plays the ball.
 * @param sway lean to the right in degrees.
 */
export function placeBody(body: Body, posture: Posture, side: 'left' | 'right', sway: number): Vector[] {
  const at: Record<string, Vector> = {};
  const lateral = { left: -1, right: 1 } as const;
  const legs = {
    left: side === 'left' ? posture.swing : posture.support,
    right: side === 'right' ? posture.swing : posture.support,
  };
  const arms = {
    left: side === 'left' ? posture.armSwing : posture.armSupport,
    right: side === 'right' ? posture.armSwing : posture.armSupport,
  };
  // Left-footed athletes rotate the other way.
  const handed = side === 'right' ? -1 : 1;
  const hipTurn = handed * posture.hipTurn;
  const shoulderTurn = handed * posture.shoulderTurn;
  for (const one of ['left', 'right'] as const) {
    const leg = legs[one];
    const hip = rotate([0, 0, (lateral[one] * body.hips) / 2], hipTurn);
    const knee = plus(hip, rotate(down(leg.thigh), 0.5 * hipTurn), body.thigh);
    const ankle = plus(knee, rotate(down(leg.thigh - leg.knee), 0.5 * hipTurn), body.shin);
    // The supporting foot is flat; the swinging one follows the shin.
    const carries = one !== side;
    const sole: Vector = carries
      ? rotate([1, 0, 0], handed * posture.hipTurn * 0.2 + lateral[one] * leg.footTurn)
      : rotate(down(leg.thigh - leg.knee + 65), 0.5 * hipTurn);
    Object.assign(at, {
      [`${one}_hip`]: hip,
      [`${one}_knee`]: knee,
      [`${one}_ankle`]: ankle,
      [`${one}_heel`]: plus(plus(ankle, sole, -0.25 * body.foot), [0, -0.25 * body.foot, 0]),
      [`${one}_foot_index`]: plus(plus(ankle, sole, 0.75 * body.foot), [0, -0.25 * body.foot, 0]),
    });
  }
  const lean = posture.lean * RADIANS;
  const neck: Vector = [
    body.trunk * Math.sin(lean),
    body.trunk * Math.cos(lean) * Math.cos(sway * RADIANS),
    body.trunk * Math.cos(lean) * Math.sin(sway * RADIANS),
  ];
  for (const one of ['left', 'right'] as const) {
    const shoulder = plus(neck, rotate([0, 0, (lateral[one] * body.shoulders) / 2], shoulderTurn));
    const lift = arms[one] * RADIANS;
    const upper = rotate([0.15, -Math.cos(lift), lateral[one] * Math.sin(lift)], shoulderTurn);
    const elbow = plus(shoulder, upper, body.upperArm);
    const wrist = plus(elbow, plus(upper, [0.5, 0.25, 0]), 0.85 * body.forearm);
    const hand = (dx: number, dz: number) => plus(wrist, [dx, -0.03, lateral[one] * dz]);
    Object.assign(at, {
      [`${one}_shoulder`]: shoulder,
      [`${one}_elbow`]: elbow,
      [`${one}_wrist`]: wrist,
      [`${one}_pinky`]: hand(0.05, 0.03),
      [`${one}_index`]: hand(0.07, 0),
      [`${one}_thumb`]: hand(0.04, -0.03),
      [`${one}_ear`]: plus(neck, [0.01, body.head, lateral[one] * 0.07]),
      [`${one}_eye`]: plus(neck, [0.08, body.head * 1.15, lateral[one] * 0.03]),
      [`${one}_eye_inner`]: plus(neck, [0.085, body.head * 1.15, lateral[one] * 0.015]),
      [`${one}_eye_outer`]: plus(neck, [0.07, body.head * 1.15, lateral[one] * 0.045]),
      [`mouth_${one}`]: plus(neck, [0.08, body.head * 0.7, lateral[one] * 0.025]),
    });
  }
  at.nose = plus(neck, [0.1, body.head, 0]);
  const ground = Math.min(at.left_ankle[1], at.right_ankle[1]) - 0.25 * body.foot;
  return LAYOUTS['mediapipe-33'].points.map((name) => plus(at[name], [0, -ground, 0]));
}
