import { computeAngles } from '../poses/angles.ts';
import { LAYOUTS } from '../poses/layouts.ts';
import { peak } from '../poses/series.ts';
import { type Track, toTracks } from '../poses/tracks.ts';
import type { PoseSequence } from '../records/pose-sequence.ts';

/** Thresholds of the rules on one pose sequence. */
export interface PoseRules {
  /** Frames a second that movements can be read from. */
  minFps: number;
  maxFps: number;
  minFrames: number;
  minSeconds: number;
  /** Least mean share of frames in which shoulders, hips, knees and ankles are seen. */
  minSeen: number;
  minVisibility: number;
  /** Longest stretch in which no point moves at all: a camera or tracker that hung. */
  maxFrozenSeconds: number;
  /** A joint that moves further than this many trunk lengths between two frames has jumped to someone else. */
  maxJump: number;
  /** Share of frames with such a jump that is still tolerated. */
  maxJumpShare: number;
  /** Degrees a second; a kick's knee reaches some 1,700 (Nunome et al. 2002). */
  maxAngleSpeed: number;
}

export const POSE_RULES: PoseRules = {
  minFps: 15,
  maxFps: 500,
  minFrames: 12,
  minSeconds: 0.3,
  minSeen: 0.6,
  minVisibility: 0.5,
  maxFrozenSeconds: 0.5,
  maxJump: 1,
  maxJumpShare: 0.05,
  maxAngleSpeed: 3_000,
};

export type PoseFault =
  | 'fps_out_of_range'
  | 'too_short'
  | 'too_few_points_seen'
  | 'frozen'
  | 'point_jumps'
  | 'implausible_speed';

export interface PoseFinding {
  rule: PoseFault;
  /** True where nothing can be said of such a sequence; others make its numbers doubtful. */
  fatal: boolean;
  /** What was found and what is needed, with the numbers. */
  reason: string;
}

const CORE_JOINTS = (['shoulder', 'hip', 'knee', 'ankle'] as const).flatMap(
  (joint) => [`left_${joint}`, `right_${joint}`] as const,
);

/** What the rules find wrong with a sequence: what is fatal, or else what makes it doubtful; empty where it is fine. */
export function judgePoses(sequence: PoseSequence, rules: PoseRules = POSE_RULES): PoseFinding[] {
  const fatal = fatalFindings(sequence, rules);
  return fatal.length > 0 ? fatal : doubtfulFindings(sequence, rules);
}

/** Why nothing can be said of a sequence, without looking for what only makes its numbers doubtful. */
export function fatalFindings(sequence: PoseSequence, rules: PoseRules = POSE_RULES): PoseFinding[] {
  const { fps, frames } = sequence;
  const seconds = frames.length / fps;
  const findings: PoseFinding[] = [];
  const add = (rule: PoseFault, reason: string) => findings.push({ rule, fatal: true, reason });

  if (fps < rules.minFps || fps > rules.maxFps)
    add('fps_out_of_range', `${fps} frames a second; ${rules.minFps} to ${rules.maxFps} can be read`);
  if (frames.length < rules.minFrames || seconds < rules.minSeconds)
    add(
      'too_short',
      `${frames.length} frames, ${seconds.toFixed(2)} s; at least ${rules.minFrames} frames and ${rules.minSeconds} s are needed`,
    );
  const seen = shareSeen(sequence, rules.minVisibility);
  if (seen < rules.minSeen)
    add(
      'too_few_points_seen',
      `shoulders, hips, knees and ankles are seen in ${percent(seen)} of the frames; ${percent(rules.minSeen)} are needed`,
    );
  // How it moves can only be asked of a sequence that can be read at all.
  if (findings.length > 0) return findings;
  const frozen = longestFrozen(sequence) / fps;
  if (frozen > rules.maxFrozenSeconds)
    add('frozen', `no point moves for ${frozen.toFixed(2)} s; ${rules.maxFrozenSeconds} s at most`);
  return findings;
}

function doubtfulFindings(sequence: PoseSequence, rules: PoseRules): PoseFinding[] {
  const findings: PoseFinding[] = [];
  const add = (rule: PoseFault, reason: string) => findings.push({ rule, fatal: false, reason });
  const tracks = toTracks(sequence, { minVisibility: rules.minVisibility, maxGapSeconds: 0 });
  const jumps = jumpShare(
    CORE_JOINTS.map((joint) => tracks.joint(joint)),
    tracks.joint('neck'),
    tracks.joint('pelvis'),
    rules.maxJump,
  );
  if (jumps > rules.maxJumpShare)
    add(
      'point_jumps',
      `a joint jumps in ${percent(jumps)} of the frames; ${percent(rules.maxJumpShare)} at most`,
    );
  const angles = computeAngles(tracks);
  for (const name of ['left_knee', 'right_knee', 'left_hip', 'right_hip'] as const) {
    // Between neighbouring frames: a smoothed speed could hide a leap within its window.
    const angle = angles[name];
    const speed = sequence.fps * peak(angle.subarray(1).map((value, f) => value - angle[f]));
    if (speed > rules.maxAngleSpeed)
      add(
        'implausible_speed',
        `${name} turns at ${Math.round(speed)} degrees a second; ${rules.maxAngleSpeed} at most`,
      );
  }
  return findings;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;

function shareSeen({ layout, frames, dimensions }: PoseSequence, minVisibility: number): number {
  const indices = CORE_JOINTS.map((joint) => LAYOUTS[layout].joints[joint]!);
  let seen = 0;
  for (const frame of frames)
    for (const index of indices) {
      const point = frame[index];
      if (point && (point[dimensions] ?? 1) >= minVisibility) seen++;
    }
  return seen / (frames.length * indices.length);
}

/** Longest run of frames that repeat the one before, number for number. */
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

/** Share of the frames in which some joint moves further than `limit` trunk lengths against the frame before. */
function jumpShare(
  joints: readonly (Track | undefined)[],
  neck: Track | undefined,
  pelvis: Track | undefined,
  limit: number,
): number {
  if (!neck || !pelvis) return 0;
  const lengths = [...neck.x.keys()]
    .map((f) => Math.hypot(neck.x[f] - pelvis.x[f], neck.y[f] - pelvis.y[f], neck.z[f] - pelvis.z[f]))
    .filter((length) => !Number.isNaN(length))
    .sort((a, b) => a - b);
  const trunk = lengths[Math.floor(lengths.length / 2)];
  let jumps = 0;
  for (let f = 1; f < neck.x.length; f++) {
    const jumped = joints.some(
      (j) => j && Math.hypot(j.x[f] - j.x[f - 1], j.y[f] - j.y[f - 1], j.z[f] - j.z[f - 1]) > limit * trunk,
    );
    if (jumped) jumps++;
  }
  return jumps / neck.x.length;
}
