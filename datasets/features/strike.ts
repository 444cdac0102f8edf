import { angleAt, heading, leanFromVertical } from '../poses/angles.ts';
import type { Joint } from '../poses/layouts.ts';
import { argMax, peak, summarize, velocity, wrapDegrees } from '../poses/series.ts';
import type { Track, Tracks } from '../poses/tracks.ts';

export type Side = 'left' | 'right';

/** Names of the columns that only actions with the ball have. */
type StrikeFeature =
  | 'support_knee_at_contact'
  | 'swing_knee_backswing'
  | 'swing_knee_peak_velocity'
  | 'swing_hip_peak_velocity'
  | 'support_foot_angle'
  | 'follow_through'
  | 'contact_time'
  | 'kinetic_chain_delay'
  | 'trunk_lean_at_contact'
  | 'swing_knee_range'
  | 'swing_hip_range'
  | 'support_knee_range';

/** A strike: one leg plays the ball while the other one supports the body. */
export interface Strike {
  /** The leg that plays the ball. */
  side: Side;
  /** Frame of the contact, in which the playing ankle is fastest. */
  contact: number;
  features: Record<StrikeFeature, number>;
}

/** Speed of the ankle relative to the pelvis, in units of the sequence per second. */
function ankleSpeed(tracks: Tracks, side: Side): Float64Array | undefined {
  const ankle = tracks.joint(`${side}_ankle`);
  const pelvis = tracks.joint('pelvis');
  if (!ankle || !pelvis) return undefined;
  const [vx, vy, vz] = (['x', 'y', 'z'] as const).map((axis) =>
    velocity(
      ankle[axis].map((value, f) => value - pelvis[axis][f]),
      tracks.fps,
    ),
  );
  return vx.map((_, f) => Math.hypot(vx[f], vy[f], vz[f]));
}

/**
 * Measures the strike of a shot, pass, dribble or control; undefined if the ankles are not visible for long enough.
 * @param given leg that plays the ball; by default the one whose ankle is faster.
 */
export function measureStrike(tracks: Tracks, given?: Side): Strike | undefined {
  const left = ankleSpeed(tracks, 'left');
  const right = ankleSpeed(tracks, 'right');
  if (!left || !right) return undefined;
  const side = given ?? (peak(left) > peak(right) ? 'left' : 'right');
  const contact = argMax(side === 'left' ? left : right);
  if (contact < 0) return undefined;
  const support = side === 'left' ? 'right' : 'left';
  const track = (name: Joint) => tracks.joint(name)!;
  const knee = (of: Side) => angleAt(track(`${of}_hip`), track(`${of}_knee`), track(`${of}_ankle`));
  const hip = (of: Side) => angleAt(track(`${of}_shoulder`), track(`${of}_hip`), track(`${of}_knee`));
  const swingKnee = knee(side);
  const swingHip = hip(side);
  const kneeVelocity = velocity(swingKnee, tracks.fps);
  const hipVelocity = velocity(swingHip, tracks.fps);
  // Only peaks of the forward swing: the hip closes and the knee opens in the half second before the contact.
  const from = Math.max(0, contact - Math.round(tracks.fps / 2));
  const forward = (values: Float64Array) => from + argMax(values.subarray(from, contact + 2));
  const hipPeak = forward(hipVelocity.map((value) => -value));
  const kneePeak = forward(kneeVelocity);
  return {
    side,
    contact,
    features: {
      support_knee_at_contact: around(knee(support), contact),
      swing_knee_backswing: smallest(swingKnee.subarray(0, contact + 1)),
      swing_knee_peak_velocity: peak(kneeVelocity),
      swing_hip_peak_velocity: peak(hipVelocity),
      support_foot_angle: Math.abs(around(supportFoot(tracks, support), contact)),
      follow_through: followThrough(swingHip, contact, tracks.fps),
      contact_time: contact / tracks.frames,
      kinetic_chain_delay: hipPeak < from || kneePeak < from ? Number.NaN : (kneePeak - hipPeak) / tracks.fps,
      trunk_lean_at_contact: around(leanFromVertical(track('pelvis'), track('neck')), contact),
      swing_knee_range: summarize(swingKnee).range,
      swing_hip_range: summarize(swingHip).range,
      support_knee_range: summarize(knee(support)).range,
    },
  };
}

/** Mean of the known values within one frame of `at`, which reduces the weight of a single noisy frame. */
function around(series: Float64Array, at: number): number {
  let sum = 0;
  let count = 0;
  for (const value of series.subarray(Math.max(0, at - 1), at + 2)) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : Number.NaN;
}

function smallest(series: Float64Array): number {
  const at = argMax(series.map((value) => -value));
  return at < 0 ? Number.NaN : series[at];
}

/** Degrees by which the hip of the playing leg closes within half a second after the contact. */
function followThrough(hip: Float64Array, contact: number, fps: number): number {
  const after = smallest(hip.subarray(contact, contact + Math.round(fps / 2) + 1));
  return Math.max(0, around(hip, contact) - after);
}

/** Rotation of the supporting foot relative to the direction of the pelvis, seen from above, −90 to 90 degrees. */
function supportFoot(tracks: Tracks, support: Side): Float64Array {
  const heel: Track | undefined = tracks.joint(`${support}_heel`) ?? tracks.joint(`${support}_ankle`);
  const toe = tracks.joint(`${support}_toe`);
  const left = tracks.joint('left_hip');
  const right = tracks.joint('right_hip');
  if (!heel || !toe || !left || !right) return new Float64Array(tracks.frames).fill(Number.NaN);
  const foot = heading(heel, toe, tracks.dimensions);
  const hips = heading(left, right, tracks.dimensions);
  // The pelvis faces along a normal of the line of the hips. Which of the two depends on the axes of the source, so the
  // nearer one is used.
  return foot.map((value, f) => {
    const turn = wrapDegrees(value - hips[f] - 90);
    return Math.abs(turn) > 90 ? wrapDegrees(turn + 180) : turn;
  });
}
