import type { PoseSequence } from '../records/pose-sequence.ts';
import { type Joint, LAYOUTS } from './layouts.ts';
import { bridgeGaps } from './series.ts';

/** Places of one joint over the frames, NaN where it was not seen; y points up, one unit in all directions. */
export interface Track {
  x: Float64Array;
  y: Float64Array;
  /** 0 throughout in two dimensions. */
  z: Float64Array;
}

export interface Tracks {
  fps: number;
  frames: number;
  dimensions: 2 | 3;
  /** Undefined where the layout lacks it. The neck is the middle of the shoulders and the pelvis that of the hips where absent. */
  joint(name: Joint): Track | undefined;
}

export interface SeeingOptions {
  /** Points less visible count as not seen. */
  minVisibility: number;
  /** Gaps up to this long are filled along a straight line; longer ones, and both ends, stay open. */
  maxGapSeconds: number;
}

export const DEFAULT_SEEING: SeeingOptions = { minVisibility: 0.5, maxGapSeconds: 0.2 };

/** Joints of a sequence as tracks, computed when first asked for. */
export function toTracks(sequence: PoseSequence, seeing: SeeingOptions = DEFAULT_SEEING): Tracks {
  const layout = LAYOUTS[sequence.layout];
  const known = new Map<Joint, Track | undefined>();
  const joint = (name: Joint): Track | undefined => {
    if (known.has(name)) return known.get(name);
    const index = layout.joints[name];
    const track =
      index === undefined ? middleOf(name, joint) : pointTrack(sequence, index, layout.up, seeing);
    known.set(name, track);
    return track;
  };
  return { fps: sequence.fps, frames: sequence.frames.length, dimensions: sequence.dimensions, joint };
}

function pointTrack(sequence: PoseSequence, index: number, up: 1 | -1, seeing: SeeingOptions): Track {
  const { frames, dimensions, fps } = sequence;
  const aspect = sequence.aspect ?? 1;
  const x = new Float64Array(frames.length).fill(Number.NaN);
  const y = x.slice();
  const z = x.slice();
  frames.forEach((frame, f) => {
    const point = frame[index];
    if (!point || (point[dimensions] ?? 1) < seeing.minVisibility) return;
    x[f] = point[0] * aspect;
    y[f] = point[1] * up;
    z[f] = dimensions === 3 ? point[2] * aspect : 0;
  });
  const longest = Math.round(seeing.maxGapSeconds * fps);
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
