import { TouchlineError } from '../../platform/errors.ts';
import { ANGLE_NAMES, type AngleName, computeAngles } from '../poses/angles.ts';
import {
  coordination,
  meanKnown,
  peak,
  type Summary,
  smooth,
  summarize,
  symmetry,
  unsteadiness,
  velocity,
} from '../poses/series.ts';
import { toTracks } from '../poses/tracks.ts';
import { poseFindings } from '../quality/pose-rules.ts';
import type { Action, ActionType } from '../records/action.ts';
import { biomechanicsColumns } from './biomechanics-columns.ts';
import type { FeatureSet } from './feature-set.ts';
import { measureStrike } from './strike.ts';

/** The part of an action that features need. */
export type ScoredAction = Pick<Action, 'type' | 'side' | 'context' | 'poses'>;

/**
 * Values by column name, in the units of the columns; NaN if unknown.
 * @param types all action types of the product, in the order of their codes.
 * @throws INSUFFICIENT_QUALITY, with every reason, if the poses cannot be measured
 */
export function measureAction(action: ScoredAction, types: readonly ActionType[]): Record<string, number> {
  const findings = poseFindings(action.poses);
  if (findings.length > 0) {
    throw new TouchlineError('INSUFFICIENT_QUALITY', findings.map((finding) => finding.reason).join('; '), {
      details: { findings },
    });
  }
  const type = types.find(({ name }) => name === action.type);
  const tracks = toTracks(action.poses);
  const { fps } = tracks;
  const raw = computeAngles(tracks);
  const values: Record<string, number> = {};
  const summaries = {} as Record<AngleName, Summary>;
  const angles = {} as Record<AngleName, Float64Array>;
  for (const name of ANGLE_NAMES) {
    const bounded = name !== 'hip_rotation' && name !== 'shoulder_rotation';
    const smoothed = smooth(raw[name], fps);
    // The filter may overshoot the range of an angle.
    angles[name] = bounded ? smoothed.map((value) => Math.min(180, Math.max(0, value))) : smoothed;
    summaries[name] = summarize(angles[name]);
    const speed = velocity(raw[name], fps).map(Math.abs);
    for (const [statistic, value] of Object.entries(summaries[name])) values[`${name}_${statistic}`] = value;
    values[`${name}_peak_velocity`] = peak(speed);
    values[`${name}_mean_velocity`] = meanKnown(speed);
  }
  const spread = meanKnown(ANGLE_NAMES.map((name) => summaries[name].std));
  const both = (joint: 'knee' | 'hip' | 'ankle') =>
    (summaries[`left_${joint}`].mean + summaries[`right_${joint}`].mean) / 2;
  const separation = raw.hip_shoulder_separation.map(Math.abs);
  Object.assign(values, {
    knee_symmetry: symmetry(angles.left_knee, angles.right_knee),
    hip_symmetry: symmetry(angles.left_hip, angles.right_hip),
    ankle_symmetry: symmetry(angles.left_ankle, angles.right_ankle),
    shoulder_symmetry: symmetry(angles.left_shoulder, angles.right_shoulder),
    overall_stability: spread,
    movement_consistency: 1 / (1 + spread),
    trunk_sway: unsteadiness(raw.trunk_lean, fps),
    upper_lower_coordination: meanKnown(separation),
    hip_shoulder_separation_max: peak(separation),
    leg_coordination: coordination(angles.left_knee, angles.right_knee),
    knee_hip_ratio: both('knee') / (1 + summaries.hip_rotation.range),
    knee_hip_product: (both('knee') * both('hip')) / 180,
    knee_ankle_product: (both('knee') * both('ankle')) / 180,
    hip_ankle_product: (both('hip') * both('ankle')) / 180,
    duration: tracks.frames / fps,
    ...(type?.strike ? measureStrike(tracks, action.side)?.features : undefined),
    ...action.context,
    action_type: types.findIndex(({ name }) => name === action.type),
  });
  for (const { name } of types) values[`is_${name}`] = name === action.type ? 1 : 0;
  return values;
}

/**
 * Features of an action: angles, speeds, symmetry, stability, coordination, strike, context and type.
 * @param name of the feature set, which packages state.
 * @param types action types of the product, in the order of their codes; append only.
 */
export function actionFeatures(name: string, types: readonly ActionType[]): FeatureSet<ScoredAction> {
  const columns = biomechanicsColumns(types);
  return {
    name,
    version: 1,
    columns,
    extract(action) {
      const values = measureAction(action, types);
      return columns.map((column) => values[column.name] ?? Number.NaN);
    },
  };
}
