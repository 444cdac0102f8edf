import type { Random } from '../../platform/random.ts';

/** Actions that can be simulated. */
export const SIMULATED_ACTIONS = ['shot', 'pass', 'dribble', 'control'] as const;
export type SimulatedAction = (typeof SIMULATED_ACTIONS)[number];

/** The parameters of a movement; angles in degrees, the delay in seconds. */
export interface Technique {
  /** Flexion of the supporting knee at the contact; 0 is straight. */
  plantKnee: number;
  /** Rotation of the hips during the swing. */
  hipRotation: number;
  /** Forward lean of the trunk at the contact. */
  trunkLean: number;
  /** Follow-through of the playing leg (dribble: length of the stride; control: how far the leg yields). */
  followThrough: number;
  /** Flexion of the playing knee at the end of the backswing. */
  backswing: number;
  /** Sideways sway of the trunk: balance. */
  sway: number;
  /** Difference between the elevations of both arms. */
  asymmetry: number;
  /** Rotation of the supporting foot away from the target. */
  footAngle: number;
  /** Time from the peak speed of the hip to that of the knee. */
  delay: number;
}

interface Spec {
  /** The optimal value. */
  best: number;
  /** The deviation that costs about 40 % of the credit of this part. */
  width: number;
  /** Weight in the score. */
  weight: number;
  low: number;
  high: number;
}

type Specs = Readonly<Record<keyof Technique, Spec>>;

const spec = (best: number, width: number, weight: number, low: number, high: number): Spec => ({
  best,
  width,
  weight,
  low,
  high,
});

/** Optima differ by action and are inside of the possible range, so that no rule "more is better" holds. */
export const TECHNIQUE: Readonly<Record<SimulatedAction, Specs>> = {
  shot: {
    plantKnee: spec(42, 13, 0.2, 5, 85),
    hipRotation: spec(45, 14, 0.15, 4, 90),
    trunkLean: spec(18, 8, 0.14, 0, 50),
    followThrough: spec(45, 15, 0.16, 4, 85),
    backswing: spec(95, 18, 0.08, 40, 130),
    sway: spec(0.5, 2.6, 0.12, 0.3, 9),
    asymmetry: spec(4, 18, 0.06, 0, 60),
    footAngle: spec(5, 16, 0.05, 0, 50),
    delay: spec(0.06, 0.03, 0.04, -0.02, 0.16),
  },
  pass: {
    plantKnee: spec(32, 12, 0.17, 5, 75),
    hipRotation: spec(28, 11, 0.15, 3, 70),
    trunkLean: spec(12, 7, 0.12, 0, 45),
    followThrough: spec(30, 12, 0.2, 3, 70),
    backswing: spec(62, 16, 0.04, 25, 110),
    sway: spec(0.5, 2.6, 0.1, 0.3, 9),
    asymmetry: spec(4, 18, 0.05, 0, 60),
    footAngle: spec(3, 11, 0.14, 0, 50),
    delay: spec(0.05, 0.03, 0.03, -0.02, 0.14),
  },
  dribble: {
    plantKnee: spec(44, 12, 0.24, 10, 85),
    hipRotation: spec(22, 9, 0.16, 2, 60),
    trunkLean: spec(24, 8, 0.2, 2, 55),
    followThrough: spec(30, 10, 0.18, 8, 60),
    backswing: spec(50, 18, 0.04, 20, 100),
    sway: spec(0.5, 2.6, 0.12, 0.3, 9),
    asymmetry: spec(4, 18, 0.06, 0, 60),
    footAngle: spec(5, 20, 0, 0, 50),
    delay: spec(0.05, 0.03, 0, -0.02, 0.14),
  },
  control: {
    plantKnee: spec(36, 12, 0.22, 5, 80),
    hipRotation: spec(15, 9, 0.12, 1, 50),
    trunkLean: spec(14, 7, 0.18, 0, 45),
    followThrough: spec(28, 11, 0.24, 3, 60),
    backswing: spec(55, 18, 0.02, 20, 100),
    sway: spec(0.5, 2.4, 0.14, 0.3, 9),
    asymmetry: spec(4, 18, 0.06, 0, 60),
    footAngle: spec(5, 18, 0.02, 0, 50),
    delay: spec(0.05, 0.03, 0, -0.02, 0.14),
  },
};

const TECHNIQUE_PARTS = Object.keys(TECHNIQUE.shot) as (keyof Technique)[];

const bump = (distance: number, width: number) => Math.exp(-0.5 * (distance / width) ** 2);

/**
 * True quality of a technique, 0–10. The credit of each part decreases smoothly on both sides of its optimum, the optimal
 * lean depends on the supporting knee, a follow-through counts fully only with steady balance, and deviations of several
 * parts cost more than their sum.
 */
export function trueQuality(action: SimulatedAction, technique: Technique): number {
  const specs = TECHNIQUE[action];
  const credit = (part: keyof Technique, best = specs[part].best) =>
    bump(technique[part] - best, specs[part].width);
  const lean = specs.trunkLean.best + 0.25 * (technique.plantKnee - specs.plantKnee.best);
  const balance = credit('sway');
  let total = 0;
  for (const part of TECHNIQUE_PARTS) {
    let own = part === 'trunkLean' ? credit(part, lean) : credit(part);
    if (part === 'followThrough') own *= 0.6 + 0.4 * balance;
    total += specs[part].weight * own;
  }
  // Filmed athletes are players: none is without any technique, and hardly any is perfect.
  return 2.3 + 6.9 * total ** 1.4;
}

/**
 * Typical faults of less skilled players in widths: legs too straight, too little hip rotation and follow-through, trunk too
 * low, poor balance, arms and supporting foot off their optimum.
 */
const TYPICAL_FAULT: Readonly<Record<keyof Technique, number>> = {
  plantKnee: -1,
  hipRotation: -0.8,
  trunkLean: 0.8,
  followThrough: -0.9,
  backswing: -0.5,
  sway: 1,
  asymmetry: 0.8,
  footAngle: 0.9,
  delay: -0.4,
};

/** How one athlete plays: skill reduces the deviation from the optimum, habits decide its direction. */
export interface Habits {
  skill: number;
  /** Habitual deviation of each part, in widths, of a player of medium skill. */
  parts: Record<keyof Technique, number>;
}

export function drawHabits(random: Random): Habits {
  const skill = random.normal();
  const parts = {} as Habits['parts'];
  for (const part of TECHNIQUE_PARTS) parts[part] = random.normal();
  return { skill, parts };
}

/**
 * One execution of an action.
 * @param strain 0–1, pressure and fatigue together, which increases every deviation.
 */
export function drawTechnique(
  action: SimulatedAction,
  habits: Habits,
  strain: number,
  random: Random,
): Technique {
  const looseness = Math.max(0.15, 1.05 - 0.5 * habits.skill + 0.5 * (strain - 0.4));
  const technique = {} as Technique;
  for (const part of TECHNIQUE_PARTS) {
    const { best, width, low, high } = TECHNIQUE[action][part];
    const deviation =
      TYPICAL_FAULT[part] +
      (0.5 * habits.parts[part] + 0.4 * random.normal()) * (TYPICAL_FAULT[part] < 0 ? -1 : 1);
    technique[part] = Math.min(high, Math.max(low, best + looseness * width * deviation));
  }
  return technique;
}
