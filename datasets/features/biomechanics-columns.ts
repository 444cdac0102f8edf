import type { FeatureColumn } from '../matrix.ts';
import { ANGLE_NAMES, type AngleName } from '../poses/angles.ts';
import type { ActionType } from '../records/action.ts';

/** What each angle is, continuing a sentence such as "Mean of". */
const ANGLE_WORDS: Record<AngleName, string> = {
  left_knee: 'the left knee angle (180 is a straight leg)',
  right_knee: 'the right knee angle (180 is a straight leg)',
  left_hip: 'the left hip angle between trunk and thigh',
  right_hip: 'the right hip angle between trunk and thigh',
  left_ankle: 'the left ankle angle between shin and foot',
  right_ankle: 'the right ankle angle between shin and foot',
  left_shoulder: 'the left shoulder angle between upper arm and trunk',
  right_shoulder: 'the right shoulder angle between upper arm and trunk',
  trunk_lean: 'the lean of the trunk from the vertical',
  hip_rotation: 'the turn of the hips since the start',
  shoulder_rotation: 'the turn of the shoulders since the start',
};

const ROTATIONS: readonly AngleName[] = ['hip_rotation', 'shoulder_rotation'];
/** Angles that some layouts lack: COCO has no toes, and rotations need three dimensions. */
const OPTIONAL: readonly AngleName[] = [...ROTATIONS, 'left_ankle', 'right_ankle'];

function angleColumns(name: AngleName): FeatureColumn[] {
  const optional = OPTIONAL.includes(name) ? { optional: true } : {};
  const rotation = ROTATIONS.includes(name);
  const range: readonly [number, number] = rotation ? [-1_800, 1_800] : [0, 180];
  const column = (
    suffix: string,
    description: string,
    limits: readonly [number, number],
    unit = '°',
  ): FeatureColumn => ({
    name: `${name}_${suffix}`,
    kind: 'numeric',
    description: `${description} ${ANGLE_WORDS[name]}.`,
    unit,
    range: limits,
    ...optional,
  });
  const width: readonly [number, number] = rotation ? [0, 3_600] : [0, 180];
  return [
    column('mean', 'Mean of', range),
    column('std', 'Spread of', rotation ? [0, 1_800] : [0, 90]),
    column('min', 'Smallest value of', range),
    column('max', 'Largest value of', range),
    column('range', 'Width of movement of', width),
    column('peak_velocity', 'Highest speed of', [0, 20_000], '°/s'),
    column('mean_velocity', 'Mean speed of', [0, 20_000], '°/s'),
  ];
}

const numeric = (
  name: string,
  description: string,
  range: readonly [number, number],
  unit?: string,
  optional = false,
): FeatureColumn => ({
  name,
  kind: 'numeric',
  description,
  ...(unit ? { unit } : {}),
  range,
  ...(optional ? { optional: true } : {}),
});

const DERIVED: FeatureColumn[] = [
  numeric('knee_symmetry', 'Difference of the mean angles of left and right knee.', [0, 180], '°'),
  numeric('hip_symmetry', 'Difference of the mean angles of left and right hip.', [0, 180], '°'),
  numeric('ankle_symmetry', 'Difference of the mean angles of left and right ankle.', [0, 180], '°', true),
  numeric('shoulder_symmetry', 'Difference of the mean angles of left and right shoulder.', [0, 180], '°'),
  numeric('overall_stability', 'Mean spread of all angles: the lower, the steadier.', [0, 500], '°'),
  numeric('movement_consistency', 'Evenness of the movement: 1 ÷ (1 + mean spread of all angles).', [0, 1]),
  numeric('trunk_sway', 'Trembling of the trunk after its slow movement is taken out.', [0, 90], '°'),
  numeric(
    'upper_lower_coordination',
    'Mean angle between the line of the shoulders and that of the hips, seen from above.',
    [0, 180],
    '°',
    true,
  ),
  numeric(
    'hip_shoulder_separation_max',
    'Largest turn of the shoulders against the hips.',
    [0, 180],
    '°',
    true,
  ),
  numeric(
    'leg_coordination',
    'How far both knees move together (1), apart (−1) or unrelated (0).',
    [-1, 1],
    undefined,
    true,
  ),
  numeric(
    'knee_hip_ratio',
    'Mean knee angle ÷ (1 + width of the turn of the hips).',
    [0, 180],
    undefined,
    true,
  ),
  numeric('knee_hip_product', 'Mean knee angle × mean hip angle ÷ 180.', [0, 180], '°'),
  numeric('knee_ankle_product', 'Mean knee angle × mean ankle angle ÷ 180.', [0, 180], '°', true),
  numeric('hip_ankle_product', 'Mean hip angle × mean ankle angle ÷ 180.', [0, 180], '°', true),
  numeric('duration', 'Length of the action.', [0, 6_000], 's'),
];

const STRIKE: FeatureColumn[] = [
  numeric(
    'support_knee_at_contact',
    'Angle of the supporting knee at the contact with the ball.',
    [0, 180],
    '°',
    true,
  ),
  numeric(
    'swing_knee_backswing',
    'Smallest knee angle of the playing leg before the contact.',
    [0, 180],
    '°',
    true,
  ),
  numeric(
    'swing_knee_peak_velocity',
    'Highest speed of the knee of the playing leg.',
    [0, 20_000],
    '°/s',
    true,
  ),
  numeric(
    'swing_hip_peak_velocity',
    'Highest speed of the hip of the playing leg.',
    [0, 20_000],
    '°/s',
    true,
  ),
  numeric(
    'support_foot_angle',
    'Turn of the supporting foot away from where the pelvis faces.',
    [0, 90],
    '°',
    true,
  ),
  numeric('follow_through', 'How far the playing leg swings on after the contact.', [0, 180], '°', true),
  numeric('contact_time', 'Moment of the contact as a share of the action.', [0, 1], undefined, true),
  numeric(
    'kinetic_chain_delay',
    'Time from the fastest hip to the fastest knee of the playing leg.',
    [-1, 1],
    's',
    true,
  ),
  numeric('trunk_lean_at_contact', 'Lean of the trunk at the contact.', [0, 180], '°', true),
  numeric('swing_knee_range', 'Width of movement of the knee of the playing leg.', [0, 180], '°', true),
  numeric('swing_hip_range', 'Width of movement of the hip of the playing leg.', [0, 180], '°', true),
  numeric('support_knee_range', 'Width of movement of the supporting knee.', [0, 180], '°', true),
];

const CONTEXT: FeatureColumn[] = [
  numeric('pressure_level', 'Pressure by opponents: 0 none, 1 in contact.', [0, 1], undefined, true),
  numeric('fatigue_level', 'Fatigue: 0 fresh, 1 exhausted.', [0, 1], undefined, true),
  numeric('match_minute', 'Minute of the match or session.', [0, 150], 'min', true),
];

function actionColumns(types: readonly ActionType[]): FeatureColumn[] {
  return [
    {
      name: 'action_type',
      kind: 'categorical',
      description: 'What was done.',
      categories: types.map(({ name }) => name),
    },
    ...types.map(({ name, label }) => numeric(`is_${name}`, `1 for: ${label.toLowerCase()}.`, [0, 1])),
  ];
}

/** All columns of the biomechanics features, in the order of their values. */
export function biomechanicsColumns(types: readonly ActionType[]): readonly FeatureColumn[] {
  return [...ANGLE_NAMES.flatMap(angleColumns), ...DERIVED, ...STRIKE, ...CONTEXT, ...actionColumns(types)];
}
