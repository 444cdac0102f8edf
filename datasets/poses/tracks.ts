import type { PoseSequence } from '../records/pose-sequence.ts';
import { type Joint, LAYOUTS } from './layouts.ts';
import { bridgeGaps } from './series.ts';

/** Positions of one joint over the frames, NaN if it is not visible; y points up, and all axes have one unit. */
export interface Track {
  x: Float64Array;
  y: Float64Array;
  /** All 0 in two dimensions. */
  z: Float64Array;
}

export interface Tracks {
  fps: number;
  frames: number;
  dimensions: 2 | 3;
  /** Undefined if the layout lacks it. A missing neck is the middle of the shoulders, a missing pelvis that of the hips. */
  joint(name: Joint): Track | undefined;
}

/** Points below this visibility count as not visible. */
export const MIN_VISIBILITY = 0.5;
/** Gaps up to this long are filled by linear interpolation. */
const MAX_GAP_SECONDS = 0.2;

/** The joints of a sequence as tracks, each computed on first use. */
export function toTracks(sequence: PoseSequence): Tracks {
  const layout = LAYOUTS[sequence.layout];
  const known = new Map<Joint, Track | undefined>();
  const joint = (name: Joint): Track | undefined => {
    if (known.has(name)) return known.get(name);
    const index = layout.joints[name];
    const track = index === undefined ? middleOf(name, joint) : pointTrack(sequence, index, layout.up);
    known.set(name, track);
    return track;
  };
  return { fps: sequence.fps, frames: sequence.frames.length, dimensions: sequence.dimensions, joint };
}

function pointTrack(sequence: PoseSequence, index: number, up: 1 | -1): Track {
  const { frames, dimensions, fps } = sequence;
  const aspect = sequence.aspect ?? 1;
  const x = new Float64Array(frames.length).fill(Number.NaN);
  const y = x.slice();
  const z = x.slice();
  frames.forEach((frame, f) => {
    const point = frame[index];
    if (!point || (point[dimensions] ?? 1) < MIN_VISIBILITY) return;
    x[f] = point[0] * aspect;
    y[f] = point[1] * up;
    z[f] = dimensions === 3 ? point[2] * aspect : 0;
  });
  const longest = Math.round(MAX_GAP_SECONDS * fps);
  return { x: bridgeGaps(x, longest), y: bridgeGaps(y, longest), z: bridgeGaps(z, longest) };
}

function middleOf(name: Joint, joint: (name: Joint) => Track | undefined): Track | undefined {
  const part = name === 'neck' ? 'shoulder' : name === 'pelvis' ? 'hip' : undefined;
  if (!part) return undefined;
  const left = joint(`left_${part}`);
  const right = joint(`right_${part}`);
  if (!left || !right) return undefined;
  const middle = (axis: keyof Track) => left[axis].map((value, f) => (value + right[axis][f]) / 2);
  return { x: middle('x'), y: middle('y'), z: middle('z') };
}
