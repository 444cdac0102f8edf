import type { FeatureColumn } from '../matrix.ts';
import { type Angles, computeAngles } from '../poses/angles.ts';
import { layoutOf } from '../poses/layouts.ts';
import { meanKnown, summarize, velocity } from '../poses/series.ts';
import { toTracks } from '../poses/tracks.ts';
import type { PoseSequence } from '../records/pose-sequence.ts';
import type { FeatureSet } from './feature-set.ts';

const DEGREES = 180 / Math.PI;

interface Jump {
  sequence: PoseSequence;
  angles: Angles;
}

/** What judges assess in flight and at landing: the line of the body, the joints and the skis. */
const MEASURES: { name: string; label: string; of(jump: Jump): Float64Array }[] = [
  { name: 'knee', label: 'knee angle', of: ({ angles }) => bothSides(angles.left_knee, angles.right_knee) },
  { name: 'hip', label: 'hip angle', of: ({ angles }) => bothSides(angles.left_hip, angles.right_hip) },
  {
    name: 'ankle',
    label: 'ankle angle',
    of: ({ angles }) => bothSides(angles.left_ankle, angles.right_ankle),
  },
  { name: 'trunk_lean', label: 'lean of the trunk', of: ({ angles }) => angles.trunk_lean },
  { name: 'ski_opening', label: 'angle between the skis', of: ({ sequence }) => skiOpening(sequence) },
];

const SIDED = ['knee', 'hip', 'ankle'] as const;

const SUMMARIES = [
  { name: 'mean', prefix: 'Mean' },
  { name: 'std', prefix: 'Spread of the' },
  { name: 'range', prefix: 'Range of the' },
  { name: 'restlessness', prefix: 'Mean absolute speed of the' },
];

function bothSides(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, f) => meanKnown([value, right[f]]));
}

/** Angle between the two skis in the plane of the image, 0–180 degrees. */
function skiOpening(sequence: PoseSequence): Float64Array {
  const { points } = layoutOf(sequence.layout);
  const index = (name: string) => points.indexOf(name);
  const direction = (frame: PoseSequence['frames'][number], side: 'left' | 'right') => {
    const tip = frame[index(`${side}_ski_tip`)];
    const tail = frame[index(`${side}_ski_tail`)];
    return tip && tail ? [tip[0] - tail[0], tip[1] - tail[1]] : undefined;
  };
  return Float64Array.from(sequence.frames, (frame) => {
    const left = direction(frame, 'left');
    const right = direction(frame, 'right');
    if (!left || !right) return Number.NaN;
    const cross = left[0] * right[1] - left[1] * right[0];
    const dot = left[0] * right[0] + left[1] * right[1];
    return Math.abs(Math.atan2(cross, dot)) * DEGREES;
  });
}

const columns: FeatureColumn[] = [
  ...MEASURES.flatMap(({ name, label }) =>
    SUMMARIES.map((summary): FeatureColumn => {
      const perSecond = summary.name === 'restlessness';
      return {
        name: `${name}_${summary.name}`,
        kind: 'numeric',
        description: `${summary.prefix} ${label} over the jump`,
        unit: perSecond ? 'degrees per second' : 'degrees',
        range: perSecond ? [0, 36_000] : [0, 180],
        optional: true,
      };
    }),
  ),
  ...SIDED.map(
    (joint): FeatureColumn => ({
      name: `${joint}_asymmetry`,
      kind: 'numeric',
      description: `Mean difference between left and right ${joint}`,
      unit: 'degrees',
      range: [0, 180],
      optional: true,
    }),
  ),
];

/** A ski jump as angles over its whole pose sequence. */
export const skiJumpFeatures: FeatureSet<PoseSequence> = {
  name: 'ski-jumps',
  version: 1,
  columns,
  extract(sequence) {
    const jump = { sequence, angles: computeAngles(toTracks(sequence)) };
    return [
      ...MEASURES.flatMap(({ of }) => {
        const series = of(jump);
        const { mean, std, range } = summarize(series);
        return [mean, std, range, meanKnown(velocity(series, sequence.fps).map(Math.abs))];
      }),
      ...SIDED.map((joint) =>
        meanKnown(
          jump.angles[`left_${joint}`].map((value, f) => Math.abs(value - jump.angles[`right_${joint}`][f])),
        ),
      ),
    ];
  },
};
