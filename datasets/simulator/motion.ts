import type { SimulatedAction, Technique } from './technique.ts';

/** Angles of one leg in degrees: thigh forward of the vertical, flexion of the knee, outward rotation of the foot. */
export interface Leg {
  thigh: number;
  knee: number;
  footTurn: number;
}

/** Angles of a body at one moment, in degrees. `swing` is the leg that plays the ball, `support` the other one. */
export interface Posture {
  swing: Leg;
  support: Leg;
  hipTurn: number;
  shoulderTurn: number;
  lean: number;
  /** Sideways elevation of the arms. */
  armSwing: number;
  armSupport: number;
}

/** Minimum-jerk step from 0 to 1 between two moments (Flash and Hogan 1985). */
function step(t: number, from: number, to: number): number {
  const u = Math.min(1, Math.max(0, (t - from) / (to - from)));
  return u ** 3 * (10 - 15 * u + 6 * u * u);
}

/** A step of `width` seconds centred on `at`. */
const around = (t: number, at: number, width: number) => step(t, at - width / 2, at + width / 2);

const STANDING = { footTurn: 0 };

/** The angle of the thigh that keeps the ankle of a bent leg below the hip. */
const under = (knee: number) => knee / 2;

function strike(t: number, contact: number, p: Technique, power: number): Posture {
  const swingTime = 0.2 + 0.06 * (1 - power);
  const forward = contact - 0.02 - p.delay;
  const back = 14 + 18 * power;
  const thigh =
    4 -
    back * step(t, contact - 0.65, forward - swingTime / 2) +
    (back + 18) * around(t, forward, swingTime) +
    p.followThrough * step(t, contact, contact + 0.32);
  const knee =
    14 +
    (p.backswing - 14) * step(t, contact - 0.55, contact - 0.12) -
    (p.backswing - 14) * around(t, contact - 0.02, 0.17) +
    12 * step(t, contact + 0.12, contact + 0.4);
  const supportKnee =
    12 +
    (p.plantKnee - 12) * step(t, contact - 0.42, contact - 0.08) -
    0.6 * (p.plantKnee - 12) * step(t, contact + 0.12, contact + 0.5);
  const turn = p.hipRotation * (around(t, forward + 0.01, 0.32) - 0.5);
  return {
    swing: { thigh, knee, ...STANDING },
    support: {
      thigh: under(supportKnee),
      knee: supportKnee,
      footTurn: p.footAngle + p.hipRotation * 0.35,
    },
    hipTurn: turn,
    shoulderTurn: -0.55 * turn,
    lean:
      4 +
      (p.trunkLean - 4) * step(t, contact - 0.5, contact - 0.1) -
      0.5 * (p.trunkLean - 4) * step(t, contact + 0.2, contact + 0.6),
    armSwing: 28 + 14 * around(t, contact, 0.6),
    armSupport: 28 + p.asymmetry + 14 * around(t, contact, 0.6),
  };
}

function dribble(t: number, p: Technique): Posture {
  const phase = 2 * Math.PI * 1.9 * t;
  const leg = (shift: number): Leg => {
    const swing = Math.sin(phase + shift);
    const lift = Math.max(0, Math.cos(phase + shift)) ** 2;
    const knee = p.plantKnee * 0.9 + (p.backswing - 10) * lift;
    return { thigh: under(p.plantKnee) + p.followThrough * swing + 6 * lift, knee, footTurn: p.footAngle };
  };
  const turn = (p.hipRotation / 2) * Math.sin(phase);
  return {
    swing: leg(0),
    support: leg(Math.PI),
    hipTurn: turn,
    shoulderTurn: -0.7 * turn,
    lean: p.trunkLean + 1.5 * Math.sin(2 * phase),
    armSwing: 24 + 6 * Math.sin(phase),
    armSupport: 24 + p.asymmetry - 6 * Math.sin(phase),
  };
}

function control(t: number, contact: number, p: Technique): Posture {
  const lift = step(t, contact - 0.55, contact - 0.12);
  const give = step(t, contact, contact + 0.24);
  const supportKnee = 12 + (p.plantKnee - 12) * step(t, contact - 0.5, contact - 0.05);
  const turn = p.hipRotation * (step(t, contact - 0.4, contact + 0.1) - 0.5);
  return {
    swing: {
      thigh: 4 + 46 * lift - p.followThrough * give,
      knee: 14 + (p.backswing - 14) * lift + 0.3 * p.followThrough * give,
      ...STANDING,
    },
    support: {
      thigh: under(supportKnee),
      knee: supportKnee,
      footTurn: p.footAngle + p.hipRotation * 0.3,
    },
    hipTurn: turn,
    shoulderTurn: -0.4 * turn,
    lean: 3 + (p.trunkLean - 3) * step(t, contact - 0.45, contact),
    armSwing: 32,
    armSupport: 32 + p.asymmetry,
  };
}

/** The posture at `t` seconds of an action whose ball contact is at `contact` seconds. */
export function postureAt(action: SimulatedAction, t: number, contact: number, p: Technique): Posture {
  if (action === 'dribble') return dribble(t, p);
  if (action === 'control') return control(t, contact, p);
  return strike(t, contact, p, action === 'shot' ? 1 : 0.4);
}
