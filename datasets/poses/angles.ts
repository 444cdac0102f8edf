import type { Joint } from './layouts.ts';
import { unwrap, wrapDegrees } from './series.ts';
import type { Track, Tracks } from './tracks.ts';

const DEGREES = 180 / Math.PI;

/** Five times as fast as `Float64Array.from` with a function; every score computes some fifty series. */
function eachFrame({ x }: Track, value: (frame: number) => number): Float64Array {
  const out = new Float64Array(x.length);
  for (let f = 0; f < out.length; f++) out[f] = value(f);
  return out;
}

/** Length of a vector. `Math.hypot` is ten times slower, and its protection from overflow is not needed here. */
const length = (x: number, y: number, z: number) => Math.sqrt(x * x + y * y + z * z);

/**
 * Angle at `b` between the directions to `a` and `c` in every frame, 0–180 degrees, in two or three dimensions. NaN if two
 * of the points coincide or one is unknown.
 * @example
 * const at = (x, y) => ({ x: Float64Array.of(x), y: Float64Array.of(y), z: Float64Array.of(0) });
 * angleAt(at(1, 0), at(0, 0), at(0, 2))[0]; // => 90
 */
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
    // Points that coincide have no angle. Unlike acos, atan2 is exact near 0 and 180.
    return cross === 0 && dot === 0 ? Number.NaN : Math.atan2(cross, dot) * DEGREES;
  });
}

/** Angle between the vertical and the direction from `low` to `high` in every frame, 0–180 degrees. */
export function leanFromVertical(low: Track, high: Track): Float64Array {
  return eachFrame(
    low,
    (f) => Math.atan2(length(high.x[f] - low.x[f], 0, high.z[f] - low.z[f]), high.y[f] - low.y[f]) * DEGREES,
  );
}

/** Direction from `a` to `b` seen from above in every frame, in degrees, unwrapped. All NaN in two dimensions. */
export function heading(a: Track, b: Track, dimensions: 2 | 3): Float64Array {
  if (dimensions === 2) return new Float64Array(a.x.length).fill(Number.NaN);
  return unwrap(eachFrame(a, (f) => Math.atan2(b.z[f] - a.z[f], b.x[f] - a.x[f]) * DEGREES));
}

/** Rotation in degrees since the start, which is the mean of the first five known values. */
function sinceStart(headings: Float64Array): Float64Array {
  const first = headings.filter((value) => !Number.isNaN(value)).subarray(0, 5);
  const start = first.reduce((sum, value) => sum + value, 0) / first.length;
  return headings.map((value) => value - start);
}

/** Names of the angles of a body. */
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
  /** Rotation of the shoulders relative to the hips, −180 to 180 degrees; only in three dimensions. */
  hip_shoulder_separation: Float64Array;
};

/** The joints that span each joint angle, which is measured at the middle one. */
const SPANS: Record<'knee' | 'hip' | 'ankle' | 'shoulder', [string, string, string]> = {
  knee: ['hip', 'knee', 'ankle'],
  hip: ['shoulder', 'hip', 'knee'],
  ankle: ['knee', 'ankle', 'toe'],
  shoulder: ['elbow', 'shoulder', 'hip'],
};

/**
 * All angles of a body in degrees, one value per frame; NaN if a joint is not visible or the layout lacks it.
 *
 * Knee, hip, ankle and shoulder are inner angles (the knee of a straight leg has 180). Trunk lean is measured from the
 * vertical. Hip and shoulder rotation are rotations about the vertical since the start of the sequence, unwrapped so that
 * they do not jump at ±180; they need three dimensions.
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
  const rotation = (part: 'hip' | 'shoulder') =>
    along<[Track, Track]>([`left_${part}`, `right_${part}`], (a, b) => heading(a, b, tracks.dimensions));
  const hips = rotation('hip');
  const shoulders = rotation('shoulder');
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
