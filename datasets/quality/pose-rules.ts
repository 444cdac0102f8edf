import { LAYOUTS } from '../poses/layouts.ts';
import { MIN_VISIBILITY } from '../poses/tracks.ts';
import type { PoseSequence } from '../records/pose-sequence.ts';

/** Frames per second at which movements can be measured. */
const MIN_FPS = 15;
const MAX_FPS = 500;
const MIN_FRAMES = 12;
const MIN_SECONDS = 0.3;
/** Required mean share of frames in which shoulders, hips, knees and ankles are visible. */
const MIN_SEEN = 0.6;
/** Longest stretch in which no point moves; a longer one means that the camera or the tracker froze. */
const MAX_FROZEN_SECONDS = 0.5;

type PoseFault = 'fps_out_of_range' | 'too_short' | 'too_few_points_seen' | 'frozen';

export interface PoseFinding {
  rule: PoseFault;
  /** Every finding makes the sequence unusable. */
  fatal: true;
  /** What was found and what is required, with the numbers. */
  reason: string;
}

const CORE_JOINTS = (['shoulder', 'hip', 'knee', 'ankle'] as const).flatMap(
  (joint) => [`left_${joint}`, `right_${joint}`] as const,
);

/** Why a sequence cannot be measured; empty if it can. */
export function poseFindings(sequence: PoseSequence): PoseFinding[] {
  const { fps, frames } = sequence;
  const seconds = frames.length / fps;
  const findings: PoseFinding[] = [];
  const add = (rule: PoseFault, reason: string) => findings.push({ rule, fatal: true, reason });

  if (fps < MIN_FPS || fps > MAX_FPS)
    add('fps_out_of_range', `${fps} frames per second; ${MIN_FPS} to ${MAX_FPS} are supported`);
  if (frames.length < MIN_FRAMES || seconds < MIN_SECONDS)
    add(
      'too_short',
      `${frames.length} frames in ${seconds.toFixed(2)} s; at least ${MIN_FRAMES} frames and ${MIN_SECONDS} s are required`,
    );
  const seen = shareSeen(sequence);
  if (seen < MIN_SEEN)
    add(
      'too_few_points_seen',
      `shoulders, hips, knees and ankles are visible in ${percent(seen)} of the frames; ${percent(MIN_SEEN)} are required`,
    );
  // Movement can only be judged in a sequence that can be read at all.
  if (findings.length > 0) return findings;
  const frozen = longestFrozen(sequence) / fps;
  if (frozen > MAX_FROZEN_SECONDS)
    add('frozen', `no point moves for ${frozen.toFixed(2)} s; at most ${MAX_FROZEN_SECONDS} s are allowed`);
  return findings;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;

function shareSeen({ layout, frames, dimensions }: PoseSequence): number {
  const indices = CORE_JOINTS.map((joint) => LAYOUTS[layout].joints[joint]!);
  let seen = 0;
  for (const frame of frames)
    for (const index of indices) {
      const point = frame[index];
      if (point && (point[dimensions] ?? 1) >= MIN_VISIBILITY) seen++;
    }
  return seen / (frames.length * indices.length);
}

/** Longest run of frames that exactly repeat the previous one. */
function longestFrozen({ frames, dimensions }: PoseSequence): number {
  let longest = 0;
  let run = 0;
  for (let f = 1; f < frames.length; f++) {
    const same = frames[f].every((point, p) => {
      const before = frames[f - 1][p];
      if (!point || !before) return point === before;
      for (let axis = 0; axis < dimensions; axis++) if (point[axis] !== before[axis]) return false;
      return true;
    });
    run = same ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
