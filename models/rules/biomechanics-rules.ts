import type { Band, Rule } from './rule.ts';

/** Measures one column. */
const column =
  (name: string): Rule['measure'] =>
  (value) =>
    value(name);
/** Measures the smaller of two columns. */
const smaller =
  (a: string, b: string): Rule['measure'] =>
  (value) =>
    Math.min(value(a), value(b));

/** The same band for every action with the ball. */
const withBall = (band: Band) => ({ shot: band, pass: band, dribble: band, control: band });

/** The fixed rules; bands are in degrees. A model must beat them to become the first champion. */
export const BIOMECHANICS_RULES: readonly Rule[] = [
  {
    name: 'supporting knee',
    measure: column('support_knee_at_contact'),
    factors: /knee/,
    bands: withBall({ low: 115, high: 155, slack: 20 }),
    points: 5,
    advice: {
      below: 'Keep the supporting leg firmer: its knee gives way too far at the contact.',
      above: 'Bend the supporting knee more at the contact: the leg is too straight.',
    },
  },
  {
    name: 'depth',
    measure: smaller('left_knee_min', 'right_knee_min'),
    factors: /knee|hip_(mean|min|range)/,
    bands: { squat: { low: 55, high: 100, slack: 40 }, jump: { low: 70, high: 130, slack: 40 } },
    points: 5,
    advice: {
      below: 'Go down less far: the knees bend more than they can hold.',
      above: 'Go down further: the knees bend too little.',
    },
  },
  {
    name: 'turn of the hips',
    measure: column('hip_rotation_range'),
    factors: /hip_rotation|hip_shoulder|upper_lower|knee_hip_ratio/,
    bands: {
      shot: { low: 35, high: 75, slack: 30 },
      pass: { low: 20, high: 60, slack: 20 },
      dribble: { low: 15, high: 50, slack: 15 },
      control: { low: 10, high: 40, slack: 15 },
    },
    points: 4,
    advice: {
      below: 'Turn the hips further into the movement.',
      above: 'Turn the hips less: the movement opens too far.',
    },
  },
  {
    name: 'lean of the trunk',
    measure: column('trunk_lean_mean'),
    factors: /trunk_lean/,
    bands: {
      shot: { low: 5, high: 18, slack: 12 },
      pass: { low: 3, high: 15, slack: 12 },
      dribble: { low: 10, high: 30, slack: 12 },
      control: { low: 5, high: 18, slack: 12 },
      squat: { low: 0, high: 45, slack: 20 },
      jump: { low: 0, high: 30, slack: 20 },
    },
    points: 4,
    advice: {
      below: 'Lean a little further over the ball.',
      above: 'Keep the trunk more upright.',
    },
  },
  {
    name: 'balance',
    measure: column('trunk_sway'),
    factors: /stability|sway|consistency|_std$/,
    bands: {
      ...withBall({ high: 1.5, slack: 3 }),
      squat: { high: 1.5, slack: 3 },
      jump: { high: 2.5, slack: 4 },
    },
    points: 4,
    advice: { above: 'Work on balance: the trunk sways during the movement.' },
  },
  {
    name: 'symmetry of the legs',
    measure: column('knee_symmetry'),
    factors: /knee_symmetry|hip_symmetry|ankle_symmetry|leg_coordination/,
    bands: { squat: { high: 8, slack: 15 }, jump: { high: 10, slack: 15 } },
    points: 4,
    advice: { above: 'Load both legs evenly: one knee bends more than the other.' },
  },
  {
    name: 'symmetry of the arms',
    measure: column('shoulder_symmetry'),
    factors: /shoulder_symmetry|(left|right)_shoulder/,
    bands: withBall({ high: 15, slack: 30 }),
    points: 2,
    advice: { above: 'Carry both arms at the same height.' },
  },
  {
    name: 'follow-through',
    measure: column('follow_through'),
    factors: /follow_through|swing_hip/,
    bands: { shot: { low: 35, high: 70, slack: 25 }, pass: { low: 22, high: 55, slack: 20 } },
    points: 4,
    advice: {
      below: 'Let the leg swing on after the contact.',
      above: 'Stop the swing earlier after the contact.',
    },
  },
  {
    name: 'supporting foot',
    measure: column('support_foot_angle'),
    factors: /support_foot/,
    bands: { shot: { high: 25, slack: 30 }, pass: { high: 20, slack: 25 } },
    points: 2,
    advice: { above: 'Point the supporting foot at the target.' },
  },
];
