import type { Joint } from './layouts.ts';
import { unwrap, wrapDegrees } from './series.ts';
import type { Track, Tracks } from './tracks.ts';

const DEGREES = 180 / Math.PI;

/** `Float64Array.from` with a function takes five times as long, and every score waits for some fifty series. */
function eachFrame({ x }: Track, value: (frame: number) => number): Float64Array {
  const out = new Float64Array(x.length);
  for (let f = 0; f < out.length; f++) out[f] = value(f);
  return out;
}

/** Of vectors in a picture or a room: far from where `Math.hypot`, ten times slower, would be needed. */
const length = (x: number, y: number, z: number) => Math.sqrt(x * x + y * y + z * z);

/** Angle at `b` between the directions to `a` and `c`, 0–180 degrees, in two or three dimensions. */
export function angleAt(a: Track, b: Track, c: Track): Float64Array {
  return eachFrame(b, (f) => {
    const ux = a.x[f] - b.x[f];
    const uy = a.y[f] - b.y[f];
    const uz = a.z[f] - b.z[f];
    const vx = c.x[f] - b.x[f];
    const vy = c.y[f] - b.y[f];
    const vz = c.z[f] - b.z[f];
    const cross = length(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx);
    const dot = ux * vx + uy * vy + uz * vz;
    // Points that coincide have no angle. atan2 stays exact near 0 and 180, where acos does not.
    return cross === 0 && dot === 0 ? Number.NaN : Math.atan2(cross, dot) * DEGREES;
  });
}

/** Angle between the direction from `low` to `high` and straight up, 0–180 degrees. */
export function leanFromVertical(low: Track, high: Track): Float64Array {
  return eachFrame(
    low,
    (f) => Math.atan2(length(high.x[f] - low.x[f], 0, high.z[f] - low.z[f]), high.y[f] - low.y[f]) * DEGREES,
  );
}

/** Direction from `a` to `b` seen from above, in degrees, turns unwrapped. All NaN in two dimensions. */
export function heading(a: Track, b: Track, dimensions: 2 | 3): Float64Array {
  if (dimensions === 2) return new Float64Array(a.x.length).fill(Number.NaN);
  return unwrap(eachFrame(a, (f) => Math.atan2(b.z[f] - a.z[f], b.x[f] - a.x[f]) * DEGREES));
}

/** Degrees turned since the start: since the mean of the first five known values. */
function sinceStart(headings: Float64Array): Float64Array {
  const first = headings.filter((value) => !Number.isNaN(value)).subarray(0, 5);
  const start = first.reduce((sum, value) => sum + value, 0) / first.length;
  return headings.map((value) => value - start);
}

/** Angles of one body over the frames of a sequence. */
export const ANGLE_NAMES = [
  'left_knee',
  'right_knee',
  'left_hip',
  'right_hip',
  'left_ankle',
  'right_ankle',
  'left_shoulder',
  'right_shoulder',
  'trunk_lean',
  'hip_rotation',
  'shoulder_rotation',
] as const;
export type AngleName = (typeof ANGLE_NAMES)[number];
export type Angles = Record<AngleName, Float64Array> & {
  /** Shoulders turned against hips, −180 to 180 degrees; three dimensions only. */
  hip_shoulder_separation: Float64Array;
};

/** Joints that span each joint angle; the middle one is where it is measured. */
const SPANS: Record<'knee' | 'hip' | 'ankle' | 'shoulder', [string, string, string]> = {
  knee: ['hip', 'knee', 'ankle'],
  hip: ['shoulder', 'hip', 'knee'],
  ankle: ['knee', 'ankle', 'toe'],
  shoulder: ['elbow', 'shoulder', 'hip'],
};

/**
 * All angles in degrees, NaN where a joint was not seen or the layout lacks it.
 *
 * Knee, hip, ankle and shoulder are inner angles (a straight leg has a knee of 180). Trunk lean is measured from the
 * vertical. Hip and shoulder rotation are turns about the vertical since the start of the sequence, unwrapped, so that
 * passing ±180 makes no jump; they need three dimensions.
 */
export function computeAngles(tracks: Tracks): Angles {
  const unknown = () => new Float64Array(tracks.frames).fill(Number.NaN);
  const along = <T extends Track[]>(
    names: readonly string[],
    compute: (...joints: T) => Float64Array,
  ): Float64Array => {
    const joints = names.map((name) => tracks.joint(name as Joint));
    return joints.every((joint) => joint !== undefined) ? compute(...(joints as T)) : unknown();
  };
  const sided = (side: 'left' | 'right', joint: keyof typeof SPANS) =>
    along<[Track, Track, Track]>(
      SPANS[joint].map((part) => `${side}_${part}`),
      angleAt,
    );
  const turn = (part: 'hip' | 'shoulder') =>
    along<[Track, Track]>([`left_${part}`, `right_${part}`], (a, b) => heading(a, b, tracks.dimensions));
  const hips = turn('hip');
  const shoulders = turn('shoulder');
  return {
    left_knee: sided('left', 'knee'),
    right_knee: sided('right', 'knee'),
    left_hip: sided('left', 'hip'),
    right_hip: sided('right', 'hip'),
    left_ankle: sided('left', 'ankle'),
    right_ankle: sided('right', 'ankle'),
    left_shoulder: sided('left', 'shoulder'),
    right_shoulder: sided('right', 'shoulder'),
    trunk_lean: along<[Track, Track]>(['pelvis', 'neck'], leanFromVertical),
    hip_rotation: sinceStart(hips),
    shoulder_rotation: sinceStart(shoulders),
    hip_shoulder_separation: shoulders.map((value, f) => wrapDegrees(value - hips[f])),
  };
}
